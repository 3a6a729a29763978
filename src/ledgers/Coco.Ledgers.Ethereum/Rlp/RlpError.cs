namespace Coco.Ledgers.Ethereum;

/// <summary>What was wrong with an RLP encoding (yellow paper, appendix B).</summary>
public enum RlpError : byte
{
    None,
    UnexpectedEnd,
    NonCanonicalSize,
    NonCanonicalInteger,
    ExpectedList,
    ExpectedString,
    TooLarge,
    ElementTooLarge,
    TooManyElements,
    TooFewElements,
    WrongLength,
    TrailingBytes,
    TooDeep,
}

public static class RlpErrors
{
    /// <summary>The words that geth uses.</summary>
    public static string Text(this RlpError error) => error switch
    {
        RlpError.UnexpectedEnd => "rlp: value size exceeds available input length",
        RlpError.NonCanonicalSize => "rlp: non-canonical size information",
        RlpError.NonCanonicalInteger => "rlp: non-canonical integer (leading zero bytes)",
        RlpError.ExpectedList => "rlp: expected List",
        RlpError.ExpectedString => "rlp: expected String or Byte",
        RlpError.TooLarge => "rlp: value size exceeds its type",
        RlpError.ElementTooLarge => "rlp: element is larger than containing list",
        RlpError.TooManyElements => "rlp: input list has too many elements",
        RlpError.TooFewElements => "rlp: too few elements",
        RlpError.WrongLength => "rlp: input string has the wrong length for its type",
        RlpError.TrailingBytes => "rlp: input contains more than one value",
        RlpError.TooDeep => "rlp: lists are nested too deeply",
        _ => "rlp: no error",
    };
}
