namespace Coco.Evm.Run;

/// <summary>Instructions that move bytes and pay by length.</summary>
internal static class DataOps
{
    public static EvmError Exp(Machine m, Frame f, Operands s)
    {
        int bytes = (s[1].BitLength + 7) / 8;
        if (!f.Charge(bytes * m.Rules.ExpByteGas)) return EvmError.OutOfGas;
        s[1] = WideArithmetic.Power(s[0], s[1]);
        return EvmError.None;
    }

    public static EvmError Keccak(Frame f, Operands s)
    {
        if (!f.ChargeWords(s[1], GasCosts.KeccakWord) || !f.Cover(s[0], s[1])) return EvmError.OutOfGas;
        ReadOnlySpan<byte> data = s[1].IsZero ? [] : f.Memory.Slice((int)s[0].U0, (int)s[1].U0);
        s[1] = new UInt256(Coco.Crypto.Keccak256.Hash(data).Span);
        return EvmError.None;
    }

    public static EvmError MLoad(Frame f, Operands s)
    {
        if (!f.Cover(s[0], UInt256.Size)) return EvmError.OutOfGas;
        s[0] = new UInt256((ReadOnlySpan<byte>)f.Memory.Slice((int)s[0].U0, UInt256.Size));
        return EvmError.None;
    }

    public static EvmError MStore(Frame f, Operands s)
    {
        if (!f.Cover(s[0], UInt256.Size)) return EvmError.OutOfGas;
        s[1].WriteBigEndian(f.Memory.Slice((int)s[0].U0, UInt256.Size));
        return EvmError.None;
    }

    public static EvmError MStore8(Frame f, Operands s)
    {
        if (!f.Cover(s[0], 1)) return EvmError.OutOfGas;
        f.Memory.Bytes[(int)s[0].U0] = (byte)s[1].U0;
        return EvmError.None;
    }

    public static EvmError MCopy(Frame f, Operands s)
    {
        UInt256 far = s[0] > s[1] ? s[0] : s[1];
        if (!f.ChargeWords(s[2], GasCosts.Word) || !f.Cover(far, s[2])) return EvmError.OutOfGas;
        int length = (int)s[2].U0;
        if (length != 0) f.Memory.Slice((int)s[1].U0, length).CopyTo(f.Memory.Slice((int)s[0].U0, length));
        return EvmError.None;
    }

    public static void CallDataLoad(Frame f, Operands s)
    {
        ReadOnlySpan<byte> input = f.InputSpan;
        if (!s[0].IsUInt64 || s[0].U0 >= (ulong)input.Length)
        {
            s[0] = default;
            return;
        }
        input = input[(int)s[0].U0..];
        if (input.Length >= UInt256.Size)
        {
            s[0] = new UInt256(input[..UInt256.Size]);
            return;
        }
        Span<byte> padded = stackalloc byte[UInt256.Size];
        padded.Clear();
        input.CopyTo(padded);
        s[0] = new UInt256((ReadOnlySpan<byte>)padded);
    }

    public static EvmError CallDataCopy(Frame f, Operands s) => Copy(f, s[0], s[1], s[2], f.InputSpan);

    public static EvmError CodeCopy(Frame f, Operands s) => Copy(f, s[0], s[1], s[2], f.Code.Span);

    public static EvmError ReturnDataCopy(Frame f, Operands s)
    {
        bool inside = !UInt256.AddOverflows(s[1], s[2], out UInt256 end) && end <= (ulong)f.ReturnLength;
        if (inside) return Copy(f, s[0], s[1], s[2], f.ReturnSpan);
        bool isPaid = f.ChargeWords(s[2], GasCosts.Word) && f.Cover(s[0], s[2]);
        return isPaid ? EvmError.ReturnDataOutOfBounds : EvmError.OutOfGas;
    }

    /// <summary>Copies to memory; what lies beyond the end of the source reads as zero.</summary>
    public static EvmError Copy(Frame f, in UInt256 to, in UInt256 from, in UInt256 length, ReadOnlySpan<byte> source)
    {
        if (!f.ChargeWords(length, GasCosts.Word) || !f.Cover(to, length)) return EvmError.OutOfGas;
        if (length.IsZero) return EvmError.None;
        Span<byte> target = f.Memory.Slice((int)to.U0, (int)length.U0);
        source = from.IsUInt64 && from.U0 < (ulong)source.Length ? source[(int)from.U0..] : default;
        if (source.Length > target.Length) source = source[..target.Length];
        source.CopyTo(target);
        target[source.Length..].Clear();
        return EvmError.None;
    }

    /// <summary>RETURN and REVERT. False: out of gas.</summary>
    public static bool SetOutput(Frame f, Operands s)
    {
        if (!f.Cover(s[0], s[1])) return false;
        f.OutputLength = (int)s[1].U0;
        f.OutputStart = f.OutputLength == 0 ? 0 : (int)s[0].U0;
        return true;
    }
}
