using System.CommandLine;

namespace Coco.Apps.Cli.Commands;

/// <summary>Ledger files, receipts and evidence.</summary>
internal static class LedgerCommands
{
    public static IEnumerable<Command> All() =>
    [
        Shared.Group("ledger", "Verify, replay and show ledger files.",
            Shared.NotYet("verify", "Verify ledger files, offline."),
            Shared.NotYet("replay", "Execute a ledger again and compare."),
            Shared.NotYet("keys", "Write the keys of a development network's ledger."),
            Shared.NotYet("decrypt", "Decrypt a ledger with a disclosed key."),
            Shared.NotYet("show", "Show the public parts of a ledger.")),
        Shared.Group("ethereum", "Ethereum chains.", Shared.NotYet("import", "Import an existing chain.")),
        Shared.Group("receipt", "Proofs that a transaction is in the ledger.",
            Shared.NotYet("get", "Fetch a receipt."), Shared.NotYet("verify", "Verify a receipt, offline.")),
        Shared.Group("evidence", "Attestation evidence.",
            Shared.NotYet("show", "Show evidence."), Shared.NotYet("verify", "Verify evidence, offline."),
            Shared.NotYet("fetch", "Fetch a node's evidence.")),
    ];
}
