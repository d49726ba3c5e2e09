using System.Collections.Frozen;
using System.Text.Json;

namespace Socorro.Conditions;

/// <summary>What conditions look at.</summary>
/// <param name="Annotations">What the client sent, under its names and ours.</param>
/// <param name="Now">The time of the submission.</param>
public sealed record Facts(IReadOnlyDictionary<string, string> Annotations, DateTimeOffset Now)
{
    /// <summary>The stack walker's report; undefined when there is none, or none yet.</summary>
    public JsonElement Report { get; init; }

    /// <summary>The fields of the processed crash that may be looked at.</summary>
    public IReadOnlyDictionary<string, JsonElement> Fields { get; init; } = FrozenDictionary<string, JsonElement>.Empty;
}

/// <summary>What must be so about a crash.</summary>
public abstract record Condition
{
    /// <summary>All that it looks at.</summary>
    public abstract IEnumerable<Subject> Subjects { get; }

    public abstract bool Holds(Facts facts);

    /// <summary>Why it holds, or why not, in the terms of this submission.</summary>
    public abstract string Explain(Facts facts);

    public sealed record All(IReadOnlyList<Condition> Conditions) : Condition
    {
        public override IEnumerable<Subject> Subjects => Conditions.SelectMany(condition => condition.Subjects);

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
        public override IEnumerable<Subject> Subjects => Conditions.SelectMany(condition => condition.Subjects);

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
        public override IEnumerable<Subject> Subjects => Condition.Subjects;

        public override bool Holds(Facts facts) => !Condition.Holds(facts);

        public override string Explain(Facts facts) => Condition.Explain(facts);
    }

    /// <summary>A test of one value; one that is absent passes none but the test for absence.</summary>
    public sealed record Test(Subject Subject, Comparison Comparison) : Condition
    {
        public override IEnumerable<Subject> Subjects => [Subject];

        public override bool Holds(Facts facts) => Comparison.Accepts(Subject.Find(facts), facts.Now);

        public override string Explain(Facts facts)
        {
            var found = Subject.Find(facts) is { } value ? $"is {Quote(value.Text)}" : "is not there";
            return $"{Subject} {found} ({Comparison}: {(Holds(facts) ? "yes" : "no")})";
        }

        static string Quote(string text) => text.Length <= 60 ? $"\"{text}\"" : $"\"{text.AsSpan(0, 60)}…\"";
    }
}
