// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

// A token that its owner mints, on the contracts that most projects use.
contract VaultToken is ERC20, Ownable {
    error NothingToMint();

    constructor(address owner, uint256 supply) ERC20("Vault", "VLT") Ownable(owner) {
        _mint(owner, supply);
    }

    function mint(address to, uint256 value) external onlyOwner {
        if (value == 0) revert NothingToMint();
        _mint(to, value);
    }
}
