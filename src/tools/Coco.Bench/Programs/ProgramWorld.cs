using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Primitives;

namespace Coco.Bench;

/// <summary>A state with one contract and a caller that has ether.</summary>
public sealed class ProgramWorld(byte[] code) : IStateReader
{
    private readonly Hash256 _codeHash = Keccak256.Hash(code);

    public static Address Contract { get; } = new(Convert.FromHexString("c0de00000000000000000000000000000000c0de"));
    public static Address Caller { get; } = new(Convert.FromHexString("ca11e700000000000000000000000000000ca11e"));

    public bool TryGetAccount(in Address address, out AccountInfo account)
    {
        bool isContract = address == Contract;
        account = new AccountInfo(isContract ? 1UL : 0, isContract ? default : new UInt256(0, 1 << 20), isContract ? _codeHash : EvmCode.EmptyHash, false);
        return isContract || address == Caller;
    }

    public UInt256 GetStorage(in Address address, in UInt256 slot) => default;

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => code;
}
