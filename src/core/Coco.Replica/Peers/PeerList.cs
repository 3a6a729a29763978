namespace Coco.Replica;

/// <summary>With whom this VN keeps links; the shell is told when that changes.</summary>
internal sealed class PeerList(ReplicaContext context, LeftBehind leftBehind)
{
    private PeersChangedEffect? _told;
    private ulong _nextLook;

    public void OnTick()
    {
        if (context.Now < _nextLook) return;
        _nextLook = context.Now + Limits.ProbeTicks;
        PeerAddress[] known = Known();
        bool isOpen = !context.IsActive || leftBehind.IsLonely || context.Tail.State is null;
        if (_told is { } told && told.IsOpen == isOpen && told.Known.SequenceEqual(known)) return;
        context.Effects.Add(_told = new PeersChangedEffect(known, isOpen));
    }

    private PeerAddress[] Known()
    {
        ILookup<string, string> addresses = context.Contacts().Concat(context.Learned).ToLookup(contact => contact.Name, contact => contact.Address);
        return
        [
            .. context.PeerNames().Order(StringComparer.Ordinal).Select(name => new PeerAddress(
                name, context.Tail.State?.Constitution.FindNode(name)?.Address ?? addresses[name].FirstOrDefault(address => address.Length > 0) ?? "")),
        ];
    }
}
