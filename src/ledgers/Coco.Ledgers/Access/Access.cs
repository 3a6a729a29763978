namespace Coco.Ledgers;

/// <summary>Who is asking (ACC-1).</summary>
/// <param name="Kind">How the caller was recognised.</param>
/// <param name="Name">The organisation, or the subject that the credential names; empty for an anonymous caller.</param>
public sealed record Caller(CallerKind Kind, string Name)
{
    public static Caller Anonymous { get; } = new(CallerKind.Anonymous, "");
}

public enum CallerKind : byte
{
    Anonymous,
    Organisation,
    Token,
    EthereumKey,
}

public enum AccessVerb : byte
{
    Transact,
    Read,
    Call,
    Subscribe,
}

public enum AccessDecision : byte
{
    Allow,
    Redact,
    Deny,
}

/// <summary>What a caller wants to see: a kind of thing (<c>block</c>, <c>receipt</c>, <c>storage</c>, ...) and which one.</summary>
public readonly record struct Resource(string Kind, ReadOnlyMemory<byte> Id);

/// <summary>The access socket (ACC-2): every read of every ledger passes it. Called from many threads; must not block.</summary>
public interface IAccess
{
    AccessDecision Decide(Caller caller, AccessVerb verb, in Resource resource);
}

/// <summary>The first policy: everything is public inside the network.</summary>
public sealed class PublicInsideTheNetwork : IAccess
{
    public AccessDecision Decide(Caller caller, AccessVerb verb, in Resource resource) => AccessDecision.Allow;
}
