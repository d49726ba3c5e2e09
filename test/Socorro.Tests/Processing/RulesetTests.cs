using System.Text;
using Socorro.Fields;
using Socorro.Processing;

namespace Socorro.Tests.Processing;

public sealed class RulesetTests
{
    [Fact]
    public void The_rulesets_fit_the_declared_fields()
    {
        Pipelines.Default.Check(FieldSet.Default);
        Pipelines.Mozilla.Check(FieldSet.Default);
    }

    [Fact]
    public void Every_rule_that_a_field_names_is_there_and_writes_it() =>
        Ruleset.CheckSources(FieldSet.Default, [Pipelines.Default, Pipelines.Mozilla]);

    [Fact]
    public void Refuses_rules_out_of_order_all_mistakes_at_once()
    {
        var ruleset = new Ruleset("mine", [new TestRule("A", ["signature"], ["nobody_knows_it", "address"]), new TestRule("A", [], [])]);

        var errors = Assert.Throws<RulesetException>(() => ruleset.Check(FieldSet.Default)).Errors;

        Assert.Equal(
            [
                "rule A reads signature, which nothing before it writes",
                "rule A writes nobody_knows_it, which is not declared",
                "rule A writes address, which is declared to come from CrashingThread",
                "rule A is there twice",
            ],
            errors);
    }

    [Fact]
    public void A_rule_that_fails_is_noted_by_class_alone_and_the_next_one_runs()
    {
        var failing = new TestRule("Bad", [], ["vendor"], _ => throw new FormatException("secret"));
        var next = new TestRule("Next", [], ["vendor"], crash => crash.Set("vendor", "next"));

        var result = Pipelines.Of(new("mine", [failing, next])).Run(Pipelines.Crash());

        var document = System.Text.Json.JsonElement.Parse(result.Crash.Json.Span);
        Assert.Contains("ruleset 'mine' rule 'Bad' failed: FormatException", Pipelines.NotesOf(document));
        Assert.Equal("next", document.GetProperty("vendor").GetString());
        Assert.False(document.GetProperty("success").GetBoolean());
        Assert.Equal("EMPTY: crash failed to process", document.GetProperty("signature").GetString());
        Assert.Equal("FormatException", result.Rules[0].Failure);
        Assert.Equal(["vendor"], result.Rules[1].Written);
    }

    [Fact]
    public void A_rule_is_held_to_what_it_declared()
    {
        var writes = new TestRule("Writes", [], [], crash => crash.Set("vendor", "x"));
        var reads = new TestRule("Reads", [], [], crash => crash.Find("product"));

        var result = Pipelines.Of(new("mine", [writes, reads])).Run(Pipelines.Crash());

        Assert.All(result.Rules, run => Assert.Equal("InvalidOperationException", run.Failure));
    }

    /// <summary>docs/rules.md says what each rule does. Run with UPDATE_SNAPSHOTS=1 to rewrite it, then read the diff.</summary>
    [Fact]
    public void The_list_of_rules_is_up_to_date()
    {
        var general = Pipelines.Default.Rules.Select(rule => rule.Name).ToHashSet();
        var text = new StringBuilder(
            """
            # Processing rules

            Written from the rules by a test; see [processing.md](processing.md) for how to add one. They run in this order; *M* marks
            those that only Mozilla's products go through.

            | rule | M | what it does | reads | writes |
            | --- | --- | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (var rule in Pipelines.Mozilla.Rules)
        {
            var mark = general.Contains(rule.Name) ? "" : "M";
            text.Append($"| {rule.Name} | {mark} | {rule.About} | {List(rule.Inputs)} | {List(rule.Outputs)} |\n");
        }

        var path = Path.Combine(Checkout.Root, "docs", "rules.md");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
            File.WriteAllText(path, text.ToString());

        Assert.Equal(text.ToString(), File.Exists(path) ? File.ReadAllText(path) : "");

        static string List(IReadOnlyList<string> fields) => string.Join(", ", fields.Select(field => $"`{field}`"));
    }

    [Fact]
    public void The_general_rules_are_in_the_same_order_for_everyone() =>
        Assert.Equal(
            Pipelines.Default.Rules.Select(rule => rule.Name),
            Pipelines.Mozilla.Rules.Select(rule => rule.Name).Intersect(Pipelines.Default.Rules.Select(rule => rule.Name)));

    sealed class TestRule(
        string name, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs, Action<Draft>? act = null) : Rule
    {
        public override string Name => name;

        public override string About => "For a test.";

        public override IReadOnlyList<string> Inputs => inputs;

        public override IReadOnlyList<string> Outputs => outputs;

        public override void Act(Draft crash) => act?.Invoke(crash);
    }
}
