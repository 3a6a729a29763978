using Coco.Primitives;

namespace Coco.Evm.State;

/// <summary>
/// What the ledger stores, as of the start of the batch. Law: answers do not change until the ledger has taken the changes of
/// the <see cref="JournaledState"/> above it; called once for each account and slot, since the answers are cached there.
/// </summary>
public interface IStateReader
{
    /// <summary>False if no such account exists.</summary>
    bool TryGetAccount(in Address address, out AccountInfo account);

    /// <summary>Zero where nothing was stored.</summary>
    UInt256 GetStorage(in Address address, in UInt256 slot);

    /// <summary>The code with this hash; called only for hashes that an account named.</summary>
    ReadOnlyMemory<byte> GetCode(in Hash256 codeHash);
}
