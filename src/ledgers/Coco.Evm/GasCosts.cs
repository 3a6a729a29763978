namespace Coco.Evm;

/// <summary>Prices that did not change from fork to fork; the others are in <see cref="ForkRules"/>.</summary>
internal static class GasCosts
{
    public const int WarmAccess = 100; // EIP-2929
    public const int ColdAccount = 2600;
    public const int ColdSlot = 2100;
    public const int StorageSet = 20000;
    public const int StorageReset = 5000;
    public const int Word = 3; // memory and copies
    public const int KeccakWord = 6;
    public const int InitCodeWord = 2; // EIP-3860
    public const int LogByte = 8;
    public const int CallValue = 9000;
    public const int CallStipend = 2300;
    public const int NewAccount = 25000;
    public const int CodeByte = 200;
    public const int SelfDestructRefund = 24000;
    public const int Transaction = 21000;
    public const int CreateTransaction = 32000; // EIP-2
    public const int DataToken = 4; // zero byte
    public const int FloorToken = 10; // EIP-7623
    public const int AccessListAddress = 2400; // EIP-2930
    public const int AccessListSlot = 1900;
    public const int NewAuthority = 25000; // EIP-7702
    public const int KnownAuthorityRefund = 12500;
    public const int Blob = 1 << 17; // EIP-4844
}
