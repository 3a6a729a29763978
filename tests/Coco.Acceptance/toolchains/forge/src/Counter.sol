// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

contract Counter {
    uint256 public number;
    event Counted(address indexed by, uint256 number);

    constructor(uint256 first) { number = first; }

    function count() external { emit Counted(msg.sender, ++number); }
}
