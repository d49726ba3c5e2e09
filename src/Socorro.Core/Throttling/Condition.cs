namespace Socorro.Throttling;

/// <summary>What rules look at.</summary>
/// <param name="Annotations">What the client sent, under its names and ours.</param>
/// <param name="Now">The time of the submission.</param>
public readonly record struct Facts(IReadOnlyDictionary<string, string> Annotations, DateTimeOffset Now);

/// <summary>What must be so about a submission.</summary>
public abstract record Condition
{
    public abstract bool Holds(Facts facts);

    /// <summary>Why it holds, or why not, in the terms of this submission.</summary>
    public abstract string Explain(Facts facts);

    public sealed record All(IReadOnlyList<Condition> Conditions) : Condition
    {
        public override bool Holds(Facts facts)
        {
            foreach (var condition in Conditions)
            {
                if (!condition.Holds(facts))
                    return false;
            }

            return true;
        }

        public override string Explain(Facts facts) => Conditions.FirstOrDefault(condition => !condition.Holds(facts)) is { } first
            ? first.Explain(facts)
            : string.Join("; ", Conditions.Select(condition => condition.Explain(facts)));
    }

    public sealed record Any(IReadOnlyList<Condition> Conditions) : Condition
    {
        public override bool Holds(Facts facts)
        {
            foreach (var condition in Conditions)
            {
                if (condition.Holds(facts))
                    return true;
            }

            return false;
        }

        public override string Explain(Facts facts) => Conditions.FirstOrDefault(condition => condition.Holds(facts)) is { } first
            ? first.Explain(facts)
            : string.Join("; ", Conditions.Select(condition => condition.Explain(facts)));
    }

    public sealed record Not(Condition Condition) : Condition
    {
        public override bool Holds(Facts facts) => !Condition.Holds(facts);

        public override string Explain(Facts facts) => Condition.Explain(facts);
    }

    /// <summary>A test of one value; one that is absent passes none but the test for absence.</summary>
    public sealed record Test(Subject Subject, Comparison Comparison) : Condition
    {
        public override bool Holds(Facts facts) => Comparison.Accepts(Subject.Find(facts.Annotations), facts.Now);

        public override string Explain(Facts facts)
        {
            var found = Subject.Find(facts.Annotations) is { } value ? $"is {Quote(value.Text)}" : "is not there";
            return $"{Subject} {found} ({Comparison}: {(Holds(facts) ? "yes" : "no")})";
        }

        static string Quote(string text) => text.Length <= 60 ? $"\"{text}\"" : $"\"{text.AsSpan(0, 60)}…\"";
    }
}
