using Coco.Primitives;

namespace Coco.Evm.Code;

/// <summary>Analysed code by hash, for one thread. Starts anew when full, so that what it holds stays bounded.</summary>
public sealed class CodeCache
{
    private readonly Dictionary<Hash256, EvmCode> _codes = [];
    private long _bytes;

    public bool TryGet(in Hash256 hash, out EvmCode? code) => _codes.TryGetValue(hash, out code);

    public void Add(in Hash256 hash, EvmCode code)
    {
        if (_bytes + code.Length > Limits.CachedCodeBytes)
        {
            _codes.Clear();
            _bytes = 0;
        }
        if (_codes.TryAdd(hash, code)) _bytes += code.Length;
    }
}
