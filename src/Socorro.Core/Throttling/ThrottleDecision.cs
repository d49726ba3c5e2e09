namespace Socorro.Throttling;

/// <summary>What becomes of a submission.</summary>
public enum Verdict
{
    /// <summary>Stored and processed.</summary>
    Accept,

    /// <summary>Stored, but processed only when somebody asks for it.</summary>
    Defer,

    /// <summary>Not stored, and the client is told so.</summary>
    Reject,

    /// <summary>Not stored, but the client is told that it was: for those that would send it again for ever.</summary>
    FakeAccept,

    /// <summary>Left to the rules that follow.</summary>
    Continue,
}

/// <summary>What the throttle decided about one submission.</summary>
/// <param name="Verdict">What becomes of it; never <see cref="Verdict.Continue"/>.</param>
/// <param name="Rule">The rule that decided.</param>
/// <param name="Percentage">How many in a hundred the rule gives its first verdict to.</param>
/// <param name="Share">
/// How many in a hundred of such crashes get this verdict, over all rules that let chance decide: a crash that is kept
/// stands for 100 / <paramref name="Share"/> of its kind.
/// </param>
public readonly record struct ThrottleDecision(Verdict Verdict, string Rule, double Percentage, double Share);
