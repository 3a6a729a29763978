using Coco.Governance;
using Coco.Primitives;

namespace Coco.Supervisor;

/// <summary>On a development network all members' keys are here: proposes and lets every member accept until it is decided.</summary>
internal static class DevelopmentVote
{
    public static async Task CarryAsync(DataDirectory data, GovernanceClient client, string action, CancellationToken cancellation)
    {
        GovernanceReport report = await client.ReadAsync(cancellation);
        NetworkId network = await client.ReadNetworkAsync(cancellation);
        string[] members = [.. report.Members.Select(member => member.Name).Where(name => File.Exists(data.MemberKeyFile(name)))];
        if (members.Length == 0) throw new SupervisorException($"{data.Path} holds no member's key: propose with coco governance propose.", isMissing: true);
        GovernanceOutcome outcome = await SendAsync(RequestFiles.Propose(network, members[0], [action]), members[0]);
        foreach (string member in members)
        {
            if (outcome.State != "open") break;
            outcome = await SendAsync(RequestFiles.Vote(network, member, outcome.ProposalId!, isAccepting: true), member);
        }
        if (outcome.State != "accepted")
            throw new SupervisorException($"The proposal {outcome.ProposalId} is {outcome.State}: other members must vote on it.");

        async Task<GovernanceOutcome> SendAsync(GovernanceRequest request, string member)
        {
            SignedRequest signed = MemberSigner.Sign(request.ToCanonicalBytes(), data.MemberKeyFile(member), data.MemberCertificateFile(member));
            GovernanceOutcome answer = await client.SubmitAsync(signed, cancellation);
            return answer.Accepted ? answer : throw new SupervisorException($"The request of {member} was refused: {answer.Reason}.");
        }
    }
}
