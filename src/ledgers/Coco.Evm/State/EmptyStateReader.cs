using Coco.Primitives;

namespace Coco.Evm.State;

/// <summary>A world without accounts.</summary>
public sealed class EmptyStateReader : IStateReader
{
    public static EmptyStateReader Instance { get; } = new();

    public bool TryGetAccount(in Address address, out AccountInfo account)
    {
        account = default;
        return false;
    }

    public UInt256 GetStorage(in Address address, in UInt256 slot) => default;

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => ReadOnlyMemory<byte>.Empty;
}
