namespace Coco.Evm;

/// <summary>The instructions. Which of them a fork has, and what they cost, is in <see cref="ForkRules"/>.</summary>
public enum Opcode : byte
{
    Stop = 0x00, Add, Mul, Sub, Div, SDiv, Mod, SMod, AddMod, MulMod, Exp, SignExtend,
    Lt = 0x10, Gt, SLt, SGt, Eq, IsZero, And, Or, Xor, Not, Byte, Shl, Shr, Sar, Clz,
    Keccak256 = 0x20,
    Address = 0x30, Balance, Origin, Caller, CallValue, CallDataLoad, CallDataSize, CallDataCopy, CodeSize, CodeCopy, GasPrice,
    ExtCodeSize, ExtCodeCopy, ReturnDataSize, ReturnDataCopy, ExtCodeHash,
    BlockHash = 0x40, Coinbase, Timestamp, Number, PrevRandao, GasLimit, ChainId, SelfBalance, BaseFee, BlobHash, BlobBaseFee,
    Pop = 0x50, MLoad, MStore, MStore8, SLoad, SStore, Jump, JumpI, Pc, MSize, Gas, JumpDest, TLoad, TStore, MCopy, Push0,
    Push1 = 0x60, Push2, Push3, Push4, Push5, Push6, Push7, Push8, Push9, Push10, Push11, Push12, Push13, Push14, Push15, Push16,
    Push17, Push18, Push19, Push20, Push21, Push22, Push23, Push24, Push25, Push26, Push27, Push28, Push29, Push30, Push31, Push32,
    Dup1 = 0x80, Dup2, Dup3, Dup4, Dup5, Dup6, Dup7, Dup8, Dup9, Dup10, Dup11, Dup12, Dup13, Dup14, Dup15, Dup16,
    Swap1 = 0x90, Swap2, Swap3, Swap4, Swap5, Swap6, Swap7, Swap8, Swap9, Swap10, Swap11, Swap12, Swap13, Swap14, Swap15, Swap16,
    Log0 = 0xa0, Log1, Log2, Log3, Log4,
    Create = 0xf0, Call, CallCode, Return, DelegateCall, Create2,
    StaticCall = 0xfa,
    Revert = 0xfd, Invalid, SelfDestruct,
}
