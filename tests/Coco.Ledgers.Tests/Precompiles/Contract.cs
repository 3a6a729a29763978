using System.Buffers;
using Coco.Evm;
using Coco.Evm.Precompiles;

namespace Coco.Ledgers.Tests.Precompiles;

/// <summary>Runs precompiled contracts on hex and bytes.</summary>
internal static class Contract
{
    internal static byte[] Hex(string hex) => Convert.FromHexString(hex.StartsWith("0x", StringComparison.Ordinal) ? hex[2..] : hex);

    internal static Precompile Number(ulong number, EvmFork fork = EvmFork.Osaka) =>
        PrecompileSet.At(Address.FromNumber(number), fork) ?? throw new ArgumentException($"No contract at {number} under {fork}.");

    /// <summary>The output, or null where the call fails.</summary>
    internal static byte[]? Run(ulong number, ReadOnlySpan<byte> input, EvmFork fork = EvmFork.Osaka)
    {
        var output = new ArrayBufferWriter<byte>();
        return Number(number, fork).TryRun(input, fork, output) ? output.WrittenSpan.ToArray() : null;
    }

    internal static string? Run(ulong number, string input, EvmFork fork = EvmFork.Osaka) =>
        Run(number, Hex(input), fork) is { } output ? Convert.ToHexStringLower(output) : null;
}
