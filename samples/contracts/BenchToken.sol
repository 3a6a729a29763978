// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// The token of the erc20 workload: transfer() is OpenZeppelin's own. fund() gives many accounts tokens and
/// ether in one transaction, so that setting up a load run takes few of them.
contract BenchToken is ERC20 {
    constructor() ERC20("Coco bench token", "BENCH") {}

    /// Mints `tokens` to each account and sends each an equal part of the ether that came with the call.
    function fund(address[] calldata accounts, uint256 tokens) external payable {
        uint256 each = msg.value / accounts.length;
        for (uint256 i = 0; i < accounts.length; i++) {
            if (tokens != 0) _mint(accounts[i], tokens);
            if (each != 0) {
                (bool sent, ) = accounts[i].call{value: each}("");
                require(sent, "an account refused ether");
            }
        }
    }
}
