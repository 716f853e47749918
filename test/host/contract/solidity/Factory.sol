// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

contract Child {
    uint256 public value;
    address public immutable owner;

    constructor(uint256 start) payable {
        require(start != 13, "unlucky");
        value = start;
        owner = msg.sender;
    }

    function set(uint256 to) external payable returns (uint256) {
        require(msg.sender == owner, "not the owner");
        value = to;
        return to * 2;
    }

    function fail() external {
        value = 99;
        revert("child failed");
    }

    function spin() external pure {
        for (;;) {}
    }

    receive() external payable {}
}

interface IFactory {
    function reenter() external;
}

contract Factory {
    error Nope(uint256 code, string why);

    event Made(address indexed child, uint256 value);

    Child public child;
    uint256 public touched;
    uint256 transient lock;

    function make(uint256 start) external payable returns (address) {
        child = new Child{value: msg.value / 2}(start);
        emit Made(address(child), start);
        return address(child);
    }

    function makeSalted(uint256 start, bytes32 salt) external returns (address) {
        return address(new Child{salt: salt}(start));
    }

    function tryMake(uint256 start) external returns (string memory) {
        try new Child(start) returns (Child) {
            return "made";
        } catch Error(string memory why) {
            return why;
        }
    }

    function poke(uint256 value) external payable returns (uint256) {
        return child.set{value: msg.value}(value);
    }

    function tryChild() external returns (string memory) {
        touched += 1;
        try child.fail() {
            return "no failure";
        } catch Error(string memory why) {
            return why;
        }
    }

    function trySpin(uint256 limit) external returns (bool ok) {
        touched += 1;
        (ok, ) = address(child).call{gas: limit}(abi.encodeWithSignature("spin()"));
    }

    function look() external view returns (uint256) {
        (bool ok, bytes memory data) = address(child).staticcall(abi.encodeWithSignature("value()"));
        require(ok);
        return abi.decode(data, (uint256));
    }

    function staticSet(uint256 value) external returns (bool ok) {
        touched += 1;
        (ok, ) = address(child).staticcall(abi.encodeWithSignature("set(uint256)", value));
    }

    /// The child's code on this storage: slot 0 is `child` here, `value` there.
    function delegated(uint256 value) external returns (bool ok, bytes memory data) {
        (ok, data) = address(child).delegatecall(abi.encodeWithSignature("set(uint256)", value));
    }

    function pay(address payable to) external payable {
        to.transfer(msg.value);
    }

    function payTooMuch(address payable to, uint256 amount) external payable returns (bool) {
        return to.send(amount);
    }

    function nope() external pure {
        revert Nope(7, "seven");
    }

    function account(address of_) external view returns (uint256, bytes32, uint256) {
        return (of_.balance, of_.codehash, of_.code.length);
    }

    function surroundings()
        external
        payable
        returns (address, address, address, uint256, uint256, uint256, uint256, uint256, uint256)
    {
        return (
            address(this),
            msg.sender,
            tx.origin,
            msg.value,
            address(this).balance,
            block.number,
            block.timestamp,
            block.chainid,
            msg.data.length
        );
    }

    function locked() external returns (uint256) {
        require(lock == 0, "locked");
        lock = 1;
        try IFactory(address(this)).reenter() {
            return 1;
        } catch Error(string memory why) {
            require(keccak256(bytes(why)) == keccak256("locked"));
            return 2;
        }
    }

    function reenter() external view {
        require(lock == 0, "locked");
    }

    function deeper(uint256 depth) external returns (uint256) {
        touched += 1;
        if (depth == 0) return 0;
        (bool ok, bytes memory data) = address(this).call(abi.encodeWithSignature("deeper(uint256)", depth - 1));
        return ok ? 1 + abi.decode(data, (uint256)) : 0;
    }

    function hashes(bytes calldata data) external view returns (bytes32, bytes memory) {
        (bool ok, bytes memory copy) = address(4).staticcall(data);
        require(ok);
        return (keccak256(data), copy);
    }

    function sha(bytes calldata data) external pure returns (bytes32) {
        return sha256(data);
    }
}
