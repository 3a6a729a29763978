using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Primitives;

namespace Coco.Conformance.Fuzz;

/// <summary>The state before a case's transaction. Accounts that are not of the case come from <paramref name="rest"/>, if any do.</summary>
internal sealed class FuzzWorld(FuzzCase fuzzCase, IStateReader? rest) : IStateReader
{
    public bool TryGetAccount(in Address address, out AccountInfo account)
    {
        if (address == fuzzCase.Sender)
        {
            account = new AccountInfo(0, fuzzCase.SenderBalance, EvmCode.EmptyHash, false);
            return true;
        }
        if (Find(address) is { } contract)
        {
            account = new AccountInfo(0, contract.Balance, contract.CodeHash, contract.Storage.Count > 0);
            return true;
        }
        if (fuzzCase.Authorities.Contains(address))
        {
            account = new AccountInfo(0, fuzzCase.AuthorityBalance, EvmCode.EmptyHash, false);
            return !account.Balance.IsZero;
        }
        account = default;
        return rest?.TryGetAccount(address, out account) ?? false;
    }

    public UInt256 GetStorage(in Address address, in UInt256 slot) =>
        Find(address) is { } contract ? contract.Storage.GetValueOrDefault(slot) : rest?.GetStorage(address, slot) ?? default;

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash)
    {
        foreach (FuzzContract contract in fuzzCase.Contracts)
            if (contract.CodeHash == codeHash) return contract.Code;
        return rest?.GetCode(codeHash) ?? throw new KeyNotFoundException($"No account has code {codeHash}.");
    }

    private FuzzContract? Find(in Address address)
    {
        foreach (FuzzContract contract in fuzzCase.Contracts)
            if (contract.Address == address) return contract;
        return null;
    }
}
