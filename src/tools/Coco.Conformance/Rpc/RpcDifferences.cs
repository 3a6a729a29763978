namespace Coco.Conformance;

/// <summary>The published tests of JSON-RPC in which a Coco node answers another way on purpose, each with its reason.</summary>
public static class RpcDifferences
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["eth_capabilities/get-capabilities.io"] = "Logs are never deleted, so there is no strategy for it to tell of.",
        ["eth_sendRawTransaction/send-blob-tx.io"] = "Coco networks take no blobs.",
        ["eth_simulateV1/ethSimulate-empty-with-block-num-set-firstblock.io"] =
            "The block has the rules of 2016, and geth pays its miner: Coco networks of such rules pay nobody for blocks.",
        ["testing_buildBlockV1/build-block-invalid-transaction.io"] = "The testing_ namespace is for test networks of a consensus client.",
        ["txpool_content/get-content.io"] =
            "Two of the transactions that should wait are sent by tests that are not in the published set.",
    };
}
