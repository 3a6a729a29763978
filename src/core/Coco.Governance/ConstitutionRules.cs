namespace Coco.Governance;

/// <summary>What must hold between the parts of a constitution, when it is written and after every change.</summary>
internal static class ConstitutionRules
{
    public static List<DocumentError> Check(Constitution constitution)
    {
        var errors = new List<DocumentError>();
        CheckActors(constitution, errors);
        CheckNodes(constitution, errors);
        CodeManifestJson.Check(constitution.CodeManifest, errors);
        TeeManifestJson.Check(constitution.TeeManifest, errors);
        CheckVoting(constitution, errors);
        return errors;
    }

    private static void CheckActors(Constitution constitution, List<DocumentError> errors)
    {
        if (constitution.Members.IsEmpty)
            errors.Add(new DocumentError("$.members", "has no member", "keep one at least: nobody could change anything afterwards"));
        if (constitution.Members.Length > Limits.MaxMembers)
            errors.Add(new DocumentError("$.members", $"has {constitution.Members.Length} members", $"at most {Limits.MaxMembers}"));
        var names = new List<string>();
        var certificates = new List<Primitives.Hash256>();
        void Add(string path, string name, MemberCertificate certificate)
        {
            if (names.Contains(name)) errors.Add(new DocumentError($"{path}.name", $"'{name}' is there already", "names are unique"));
            if (certificates.Contains(certificate.Fingerprint))
                errors.Add(new DocumentError($"{path}.certificate", "is another's too", "each organisation has its own key"));
            names.Add(name);
            certificates.Add(certificate.Fingerprint);
        }
        for (int i = 0; i < constitution.Members.Length; i++)
            Add($"$.members[{i}]", constitution.Members[i].Name, constitution.Members[i].Certificate);
        for (int i = 0; i < constitution.Participants.Length; i++)
            Add($"$.participants[{i}]", constitution.Participants[i].Name, constitution.Participants[i].Certificate);
    }

    private static void CheckNodes(Constitution constitution, List<DocumentError> errors)
    {
        if (constitution.Nodes.IsEmpty)
            errors.Add(new DocumentError("$.nodes", "has no VN", "keep one at least: no quorum could commit anything afterwards"));
        if (constitution.Nodes.Length > Limits.MaxNodes)
            errors.Add(new DocumentError("$.nodes", $"has {constitution.Nodes.Length} VNs", $"at most {Limits.MaxNodes}"));
        for (int i = 0; i < constitution.Nodes.Length; i++)
        {
            ListedNode node = constitution.Nodes[i];
            IEnumerable<ListedNode> before = constitution.Nodes.Take(i);
            if (before.Any(other => other.Name == node.Name))
                errors.Add(new DocumentError($"$.nodes[{i}].name", $"'{node.Name}' is there already", "names are unique"));
            if (before.Any(other => other.Address == node.Address))
                errors.Add(new DocumentError($"$.nodes[{i}].address", $"'{node.Address}' is another VN's too", "addresses are unique"));
            if (!constitution.IsActor(node.Owner))
                errors.Add(new DocumentError($"$.nodes[{i}].owner", $"'{node.Owner}' is neither a member nor a participant",
                    "name the organisation that runs this VN"));
            else if (OwnerStatement.Obstacle(constitution, node) is { } problem)
                errors.Add(new DocumentError($"$.nodes[{i}].ownerSignature", problem, "let its owner sign the entry, as `coco node init` does"));
        }
    }

    private static void CheckVoting(Constitution constitution, List<DocumentError> errors)
    {
        void Check(string path, VoteRule rule)
        {
            if (!rule.IsReachable(constitution.Members))
                errors.Add(new DocumentError(path, $"cannot hold with {constitution.Members.Length} members",
                    "ask for no more votes than there are members"));
        }
        void CheckAutomatic(string path, VoteRule rule, bool isProven)
        {
            if (rule is VoteRule.Automatic && !isProven)
                errors.Add(new DocumentError(path, "is automatic", $"only {string.Join(" and ", GovernanceAction.Proven)} carry a proof of their own"));
        }
        Check("$.votingPolicy.default", constitution.VotingPolicy.Default);
        CheckAutomatic("$.votingPolicy.default", constitution.VotingPolicy.Default, isProven: false);
        foreach (ActionRule own in constitution.VotingPolicy.Actions)
            CheckAutomatic($"$.votingPolicy.actions.{own.Action}", own.Rule, GovernanceAction.Proven.Contains(own.Action));
        foreach (ActionRule own in constitution.VotingPolicy.Actions) Check($"$.votingPolicy.actions.{own.Action}", own.Rule);
    }
}
