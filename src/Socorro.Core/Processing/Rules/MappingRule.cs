using Socorro.Conditions;
using Socorro.Fields;

namespace Socorro.Processing.Rules;

/// <summary>Fills a field that is declared with steps to come by its value: the first step that gives one of the field's type.</summary>
sealed class MappingRule(Field made, FieldSource.Mapping mapping) : Rule
{
    readonly string[] _inputs = [.. Subjects(mapping).OfType<Subject.Field>().Select(source => source.Name).Distinct()];
    readonly bool _readsReport = Subjects(mapping).OfType<Subject.Report>().Any();

    /// <summary>Every declared mapping as a rule, in the order of declaration.</summary>
    public static IEnumerable<MappingRule> All(FieldSet fields) =>
        from field in fields.All
        where field.Source is FieldSource.Mapping
        select new MappingRule(field, (FieldSource.Mapping)field.Source);

    public override string Name { get; } = $"Map {made.Name}";

    public override string About => made.About;

    public override IReadOnlyList<string> Inputs => _inputs;

    public override IReadOnlyList<string> Outputs { get; } = [made.Name];

    /// <summary>The declaration that it was made from.</summary>
    public Field Field => made;

    public override void Act(Draft crash)
    {
        var facts = new Facts(crash.Annotations, crash.Raw.SubmittedAt)
        {
            Report = _readsReport ? crash.Report : default,
            Fields = crash.FindElements(_inputs),
        };
        foreach (var step in mapping.Steps)
        {
            if (step.Find(facts) is not { } text)
                continue;

            crash.Used.Add(step.From.ToString()!);
            if (FieldValue.TryConvert(made, step.From.ToString()!, text, out var value, out _))
            {
                crash.Set(made.Name, value);
                return;
            }

            // Without the value, which may come from what is protected.
            crash.Note($"{Name}: {step.From} is no {made.Type.ToString().ToLowerInvariant()}");
        }

        if (made.Default is { } otherwise)
            crash.Set(made.Name, otherwise.DeepClone());
    }

    static IEnumerable<Subject> Subjects(FieldSource.Mapping mapping) =>
        mapping.Steps.SelectMany(step => step.When?.Subjects.Prepend(step.From) ?? [step.From]);
}
