// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

contract Flipper {
    bool private value;
    uint256 private flips;

    event Flipped(bool indexed now_, uint256 flips);

    constructor(bool start) payable {
        value = start;
    }

    function flip() external {
        value = !value;
        flips += 1;
        emit Flipped(value, flips);
    }

    function get() external view returns (bool) {
        return value;
    }

    function only(bool wanted) external view {
        require(value == wanted, "not so");
    }
}
