using Coco.Evm;

namespace Coco.Conformance.Fuzz;

/// <summary>Writes instructions and counts how high the stack stands. Data after the code is laid down by <see cref="Finish"/>.</summary>
internal sealed class CodeWriter
{
    private readonly List<byte> _code = [];
    private readonly List<(int At, byte[] Data)> _data = [];

    public int Length => _code.Count;

    /// <summary>Words on the stack here, if nothing failed before.</summary>
    public int Height { get; private set; }

    public void Raw(byte value) => _code.Add(value);

    public void Op(Opcode opcode, int takes, int gives)
    {
        _code.Add((byte)opcode);
        Height += gives - takes;
    }

    public void Push(ReadOnlySpan<byte> bytes)
    {
        Op((Opcode)((int)Opcode.Push0 + bytes.Length), 0, 1);
        foreach (byte value in bytes) _code.Add(value);
    }

    public void Push(ulong value)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        new UInt256(value).WriteBigEndian(bytes);
        Push(value == 0 ? bytes[31..] : bytes.TrimStart((byte)0));
    }

    public void Push(Address address) => Push(address.Span);

    /// <summary>Pushes where data will stand that follows the code.</summary>
    public void PushPlaceOf(byte[] data)
    {
        Op(Opcode.Push2, 0, 1);
        _data.Add((_code.Count, data));
        _code.AddRange([0, 0]);
    }

    /// <summary>Pushes a place to be named later by <see cref="Land"/>.</summary>
    public int PushTarget()
    {
        Op(Opcode.Push2, 0, 1);
        _code.AddRange([0, 0]);
        return _code.Count - 2;
    }

    /// <summary>A JUMPDEST here; returns its place.</summary>
    public int Land()
    {
        Op(Opcode.JumpDest, 0, 0);
        return _code.Count - 1;
    }

    public void SetTarget(int at, int place)
    {
        _code[at] = (byte)(place >> 8);
        _code[at + 1] = (byte)place;
    }

    /// <summary>Pops or pushes until the stack is as high as it was.</summary>
    public void LevelTo(int height)
    {
        while (Height > height) Op(Opcode.Pop, 1, 0);
        while (Height < height) Push(0);
    }

    public byte[] Finish()
    {
        foreach ((int at, byte[] data) in _data)
        {
            SetTarget(at, _code.Count);
            _code.AddRange(data);
        }
        return [.. _code];
    }
}
