namespace Socorro.Throttling;

/// <summary>What becomes of a submission.</summary>
public enum Verdict
{
    /// <summary>Stored and processed.</summary>
    Accept,

    /// <summary>Stored; its crash id says that it was to be processed on demand only.</summary>
    Defer,

    /// <summary>Not stored, and the client is told so.</summary>
    Reject,

    /// <summary>Not stored, but the client is told that it was: for those that would send it again for ever.</summary>
    FakeAccept,
}

/// <summary>What the throttle decided about one submission.</summary>
/// <param name="Verdict">What becomes of it.</param>
/// <param name="Rule">The rule that decided.</param>
/// <param name="Percentage">How many in a hundred of such crashes the rule accepts: each that is kept stands for so many.</param>
public readonly record struct ThrottleDecision(Verdict Verdict, string Rule, double Percentage)
{
    /// <summary>Every crash is kept, which is the point of the system.</summary>
    public static ThrottleDecision AcceptEverything { get; } = new(Verdict.Accept, "accept_everything", 100);
}
