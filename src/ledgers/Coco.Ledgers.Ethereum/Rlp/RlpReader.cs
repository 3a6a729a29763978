using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// Reads canonical RLP without allocating. The first error sticks: later reads return empty values, so that a decoder reads all
/// fields in a row and looks at <see cref="Error"/> once.
/// </summary>
public ref struct RlpReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    public RlpError Error { get; private set; }
    public readonly bool IsAtEnd => _rest.IsEmpty;
    public readonly int Remaining => _rest.Length;
    public readonly bool IsNextList => !_rest.IsEmpty && _rest[0] >= 0xC0;
    public readonly bool Failed => Error != RlpError.None;

    /// <summary>Remembers an error, if it is the first.</summary>
    public void Fail(RlpError error)
    {
        if (Error == RlpError.None) Error = error;
        _rest = default;
    }

    /// <summary>The next item's content.</summary>
    public ReadOnlySpan<byte> ReadItem(out bool isList)
    {
        isList = false;
        if (Failed) return default;
        RlpError error = Header(_rest, out int header, out int length, out isList);
        if (error != RlpError.None)
        {
            Fail(error);
            return default;
        }
        ReadOnlySpan<byte> content = _rest.Slice(header, length);
        _rest = _rest[(header + length)..];
        return content;
    }

    /// <summary>The next item with its header.</summary>
    public ReadOnlySpan<byte> ReadRaw()
    {
        ReadOnlySpan<byte> before = _rest;
        ReadItem(out _);
        return Failed ? default : before[..(before.Length - _rest.Length)];
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        ReadOnlySpan<byte> content = ReadItem(out bool isList);
        if (!isList) return content;
        Fail(RlpError.ExpectedString);
        return default;
    }

    public ReadOnlySpan<byte> ReadFixed(int length)
    {
        ReadOnlySpan<byte> content = ReadBytes();
        if (Failed || content.Length == length) return content;
        Fail(RlpError.WrongLength);
        return default;
    }

    public RlpReader ReadList()
    {
        ReadOnlySpan<byte> content = ReadItem(out bool isList);
        if (Failed) return default;
        if (isList) return new RlpReader(content);
        Fail(RlpError.ExpectedList);
        return default;
    }

    public ulong ReadUInt64()
    {
        ReadOnlySpan<byte> content = ReadInteger(sizeof(ulong));
        ulong value = 0;
        foreach (byte digit in content) value = (value << 8) | digit;
        return value;
    }

    public UInt256 ReadUInt256() => new(ReadInteger(UInt256.Size));

    public Hash256 ReadHash()
    {
        ReadOnlySpan<byte> content = ReadFixed(Hash256.Size);
        return Failed ? default : new Hash256(content);
    }

    public Address ReadAddress()
    {
        ReadOnlySpan<byte> content = ReadFixed(Address.Size);
        return Failed ? default : new Address(content);
    }

    /// <summary>An address, or the empty string for none (contract creation).</summary>
    public Address? ReadOptionalAddress()
    {
        ReadOnlySpan<byte> content = ReadBytes();
        if (Failed || content.IsEmpty) return null;
        if (content.Length == Address.Size) return new Address(content);
        Fail(RlpError.WrongLength);
        return null;
    }

    /// <summary>The end of a list's elements: nothing may be left. An error of the list becomes this reader's.</summary>
    public void Finish(in RlpReader list)
    {
        if (list.Failed) Fail(list.Error);
        else if (!list.IsAtEnd) Fail(RlpError.TooManyElements);
    }

    /// <summary>The error of a decoder whose input must be one value: nothing may follow it.</summary>
    public readonly RlpError End() => Failed ? Error : IsAtEnd ? RlpError.None : RlpError.TrailingBytes;

    private ReadOnlySpan<byte> ReadInteger(int most)
    {
        ReadOnlySpan<byte> content = ReadBytes();
        if (Failed) return default;
        if (content.Length > 0 && content[0] == 0) Fail(RlpError.NonCanonicalInteger);
        else if (content.Length > most) Fail(RlpError.TooLarge);
        return Failed ? default : content;
    }

    private static RlpError Header(ReadOnlySpan<byte> input, out int header, out int length, out bool isList)
    {
        header = length = 0;
        isList = false;
        if (input.IsEmpty) return RlpError.TooFewElements;
        byte first = input[0];
        isList = first >= 0xC0;
        if (first < 0x80)
        {
            length = 1;
            return RlpError.None;
        }
        int small = first - (isList ? 0xC0 : 0x80);
        header = 1;
        if (small <= 55)
        {
            length = small;
            if (length > input.Length - 1) return RlpError.UnexpectedEnd;
            return length == 1 && !isList && input[1] < 0x80 ? RlpError.NonCanonicalSize : RlpError.None;
        }
        return LongHeader(input, small - 55, out header, out length);
    }

    private static RlpError LongHeader(ReadOnlySpan<byte> input, int lengthSize, out int header, out int length)
    {
        header = 1 + lengthSize;
        length = 0;
        if (input.Length < header) return RlpError.UnexpectedEnd;
        if (input[1] == 0) return RlpError.NonCanonicalSize;
        ulong value = 0;
        for (int i = 1; i < header; i++) value = (value << 8) | input[i];
        if (value <= 55) return RlpError.NonCanonicalSize;
        if (value > (ulong)(input.Length - header)) return RlpError.UnexpectedEnd;
        length = (int)value;
        return RlpError.None;
    }

    /// <summary>Checks that the bytes are one canonical value, with lists nested at most <paramref name="maxDepth"/> deep.</summary>
    public static RlpError Validate(ReadOnlySpan<byte> input, int maxDepth)
    {
        var reader = new RlpReader(input);
        ValidateItem(ref reader, maxDepth);
        return reader.End();
    }

    private static void ValidateItem(ref RlpReader reader, int depth)
    {
        ReadOnlySpan<byte> content = reader.ReadItem(out bool isList);
        if (!isList || reader.Failed) return;
        if (depth == 0)
        {
            reader.Fail(RlpError.TooDeep);
            return;
        }
        var list = new RlpReader(content);
        while (!list.IsAtEnd) ValidateItem(ref list, depth - 1);
        if (list.Failed) reader.Fail(list.Error);
    }
}
