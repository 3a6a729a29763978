using Coco.Evm;

namespace Coco.Benchmarks.Evm;

/// <summary>Small programs that do one kind of work in a loop whose count is in the first word of the call data.</summary>
public static class EvmPrograms
{
    public static readonly Address Callee = Address.FromNumber(0xca11ee);

    public static byte[] CalleeCode => Assemble(Opcode.CallDataSize, Opcode.IsZero, Opcode.Push1, 0, Opcode.MStore, Opcode.Push1, 32, Opcode.Push1, 0, Opcode.Return);

    public static byte[] Of(string name) => name switch
    {
        "arithmetic" => Loop(Opcode.Dup1, Opcode.Dup1, Opcode.Mul, Opcode.Push1, 7, Opcode.Add, Opcode.Dup2, Opcode.Xor, Opcode.Push1, 3,
            Opcode.Shl, Opcode.Dup2, Opcode.Swap1, Opcode.Div, Opcode.Dup1, Opcode.IsZero, Opcode.Or, Opcode.Pop),
        "memory" => Loop(Opcode.Dup1, Opcode.Push1, 64, Opcode.MStore, Opcode.Push1, 64, Opcode.MLoad, Opcode.Push1, 96, Opcode.MStore,
            Opcode.Push1, 64, Opcode.Push1, 32, Opcode.Push1, 128, Opcode.MCopy),
        "keccak" => Loop(Opcode.Push1, 64, Opcode.Push1, 0, Opcode.Keccak256, Opcode.Push1, 0, Opcode.MStore),
        "storage" => Loop(Opcode.Dup1, Opcode.Dup1, Opcode.Push1, 15, Opcode.And, Opcode.SStore, Opcode.Dup1, Opcode.Push1, 7,
            Opcode.And, Opcode.SLoad, Opcode.Pop),
        "calls" => Loop(Opcode.Push1, 32, Opcode.Push1, 0, Opcode.Push1, 32, Opcode.Push1, 0, Opcode.Push1, 0, Opcode.Push3, 0xca, 0x11,
            0xee, Opcode.Gas, Opcode.Call, Opcode.Pop),
        "transfer" => Loop(Transfer()),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    /// <summary>What an ERC-20 transfer does: two mapping slots by keccak, checked balances, two writes, an event with three topics.</summary>
    private static object[] Transfer() =>
    [
        // slot of the sender: keccak(caller, 0); of the heir: keccak(count, 0)
        Opcode.Caller, Opcode.Push1, 0, Opcode.MStore, Opcode.Push1, 0, Opcode.Push1, 32, Opcode.MStore,
        Opcode.Push1, 64, Opcode.Push1, 0, Opcode.Keccak256,
        Opcode.Dup2, Opcode.Push1, 255, Opcode.And, Opcode.Push1, 0, Opcode.MStore, Opcode.Push1, 64, Opcode.Push1, 0, Opcode.Keccak256,
        // balance of the sender less 1, of the heir plus 1
        Opcode.Dup2, Opcode.SLoad, Opcode.Dup1, Opcode.Push1, 1, Opcode.Gt, Opcode.Pop, Opcode.Push1, 1, Opcode.Swap1, Opcode.Sub,
        Opcode.Dup3, Opcode.SStore,
        Opcode.Dup1, Opcode.SLoad, Opcode.Push1, 1, Opcode.Add, Opcode.Dup2, Opcode.SStore,
        // event
        Opcode.Push1, 1, Opcode.Push1, 0, Opcode.MStore, Opcode.Dup1, Opcode.Caller, Opcode.Push1, 9, Opcode.Push1, 32, Opcode.Push1, 0,
        Opcode.Log3, Opcode.Pop, Opcode.Pop,
    ];

    private static byte[] Loop(params object[] body)
    {
        byte[] start = Assemble(Opcode.Push1, 0, Opcode.CallDataLoad);
        byte[] turn = Assemble(Opcode.Push1, 1, Opcode.Swap1, Opcode.Sub, Opcode.Dup1, Opcode.Push1, (int)start.Length, Opcode.JumpI);
        return [.. start, (byte)Opcode.JumpDest, .. Assemble(body), .. turn, (byte)Opcode.Stop];
    }

    private static byte[] Assemble(params object[] items) =>
        Array.ConvertAll(items, item => item is Opcode opcode ? (byte)opcode : checked((byte)(int)item));
}
