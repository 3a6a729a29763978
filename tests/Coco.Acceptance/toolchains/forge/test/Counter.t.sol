// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Counter} from "../src/Counter.sol";

interface Vm {
    function envAddress(string calldata name) external view returns (address);
    function envUint(string calldata name) external view returns (uint256);
}

// Runs on a fork of the network: state that is there, and changes that stay in the fork.
contract CounterTest {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function testTheForkHasTheNetworksChainAndContract() external view {
        require(block.chainid == vm.envUint("COCO_CHAIN_ID"), "chain id");
        require(Counter(vm.envAddress("COCO_COUNTER")).number() == vm.envUint("COCO_EXPECTED"), "number");
    }

    function testCountsOnInTheFork() external {
        Counter counter = Counter(vm.envAddress("COCO_COUNTER"));
        uint256 before = counter.number();
        counter.count();
        require(counter.number() == before + 1, "counted");
    }

    function testFuzzStartsAnywhere(uint64 first) external {
        Counter counter = new Counter(first);
        counter.count();
        require(counter.number() == uint256(first) + 1, "counted");
    }
}
