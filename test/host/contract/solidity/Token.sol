// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

contract Token {
    error Insufficient(address owner, uint256 has, uint256 needs);

    event Transfer(address indexed from, address indexed to, uint256 amount);
    event Note(string text);

    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    uint256 public totalSupply;
    address public immutable issuer;
    uint64 public immutable born;
    string public name;
    bytes private long;

    constructor(string memory name_, uint256 supply) {
        name = name_;
        issuer = msg.sender;
        born = uint64(block.timestamp);
        _mint(msg.sender, supply);
    }

    function _mint(address to, uint256 amount) private {
        totalSupply += amount;
        balanceOf[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    function transfer(address to, uint256 amount) public returns (bool) {
        uint256 has = balanceOf[msg.sender];
        if (has < amount) revert Insufficient(msg.sender, has, amount);
        unchecked {
            balanceOf[msg.sender] = has - amount;
            balanceOf[to] += amount;
        }
        emit Transfer(msg.sender, to, amount);
        return true;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount; // panics where it is too little
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        emit Transfer(from, to, amount);
        return true;
    }

    /// Two transfers, of which the second may fail: then the first is undone as well.
    function both(address a, address b, uint256 amount) external {
        transfer(a, amount);
        transfer(b, amount);
    }

    function remember(bytes calldata data) external {
        long = data;
        emit Note(string(data));
    }

    function remembered() external view returns (bytes memory) {
        return long;
    }

    function slotHash(address owner) external pure returns (bytes32) {
        return keccak256(abi.encode(owner, uint256(0)));
    }

    function mulmods(uint256 a, uint256 b, uint256 m) external pure returns (uint256, uint256, int256) {
        return (mulmod(a, b, m), a ** 3, -int256(a) / 7);
    }
}
