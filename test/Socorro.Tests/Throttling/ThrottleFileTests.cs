using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Socorro.Tests.Storage;
using Socorro.Throttling;

namespace Socorro.Tests.Throttling;

public sealed class ThrottleFileTests
{
    static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_error_is_named_at_once_with_its_place()
    {
        var errors = Errors("""
            {
              "rules": [
                { "name": "a-b", "verdict": "keep" },
                { "name": "", "when": { "annotation": "A" }, "verdict": "accept", "percent": 120, "otherwise": "reject" },
                { "name": "twice", "when": { "annotation": "A", "equals": "x", "in": ["y"] }, "verdict": "accept" },
                { "name": "twice", "when": { "annotation": "A", "matches": "(a)\\1" }, "verdict": "accept", "percent": 5 },
                { "name": "ok", "when": { "all": [{ "not": { "annotation": 7, "equals": "x" } }] }, "verdict": "accept" },
                { "name": "ok2", "when": { "annotation": "A", "equal": "x" }, "verdict": "accept" },
                { "name": "ok3", "when": { "annotation": "A", "version_below": "x" }, "verdict": "accept", "extra": 1 },
                { "name": "ok4", "when": { "annotation": "A", "built_days_ago": -1 }, "verdict": "accept" },
                7
              ],
              "quotas": { "per_day": { "App": "many" }, "per_week": 1 },
              "upload_tokens": { "App": ["guess me"], "Tool": "x" }
            }
            """);

        const string Comparisons = "of all, any, not, exists, equals, in, starts_with, matches, text_below, at_least, at_most, "
            + "version_at_least, version_below, built_days_ago";
        Assert.Equal(
            [
                "rules[0]: its name \"a-b\" is not made of letters, digits and underscores",
                "rules[0]: verdict \"keep\" is none of accept, defer, reject, fake_accept, continue",
                "rules[1]: its name \"\" is not made of letters, digits and underscores",
                "rules[1]: percent 120 is not from 0 to 100",
                $"rules[1].when: has none {Comparisons}",
                $"rules[2].when: has several {Comparisons}",
                "rules[3]: percent and otherwise go together",
                "rules[3].when: matches \"(a)\\1\" can't be used: …",
                "rules[4].when.all[0].not.annotation: is not a text",
                $"rules[5].when: has none {Comparisons}",
                "rules[6]: \"extra\" is none of name, when, verdict, percent, otherwise",
                "rules[6].when: version_below \"x\" is not a version",
                "rules[7].when: built_days_ago -1 is not a whole number from 0 to 2147483647",
                "rules[8]: is not an object",
                "rules: more than one is named \"twice\"",
                "quotas: \"per_week\" is none of per_day, per_address_and_minute",
                "quotas.per_day.App: is not a number",
                "upload_tokens.App[0]: is shorter than 16 characters, which can be guessed",
                "upload_tokens.Tool: is not a list",
            ],
            errors.Select(error => error.Contains("can't be used") ? $"{error[..error.IndexOf(": Reg", StringComparison.Ordinal)]}: …" : error));
    }

    [Theory]
    [InlineData("{", "line 1: is not JSON")]
    [InlineData("{\n  \"rules\": [}", "line 2: is not JSON")]
    [InlineData("[]", "is not an object")]
    [InlineData("{}", "has no \"rules\"")]
    public void A_file_of_another_form_says_so(string json, string error) => Assert.Equal(error, Errors(json)[0]);

    [Fact]
    public void Conditions_can_not_be_nested_without_end()
    {
        var condition = "{ \"annotation\": \"A\", \"exists\": true }";
        for (var i = 0; i < 20; i++)
            condition = $"{{ \"not\": {condition} }}";

        Assert.Contains("are nested more than 16 deep", Assert.Single(Errors($$"""
            { "rules": [{ "name": "deep", "when": {{condition}}, "verdict": "accept" }] }
            """)));
    }

    [Theory]
    [InlineData("""{ "annotation": "A", "exists": true }""", "x", true)]
    [InlineData("""{ "annotation": "A", "exists": false }""", null, true)]
    [InlineData("""{ "annotation": "A", "equals": "X" }""", "x", false)]
    [InlineData("""{ "annotation": "A", "equals": "X", "ignore_case": true }""", "x", true)]
    [InlineData("""{ "annotation": "A", "in": ["x", "y"] }""", "y", true)]
    [InlineData("""{ "annotation": "A", "in": ["x", "y"] }""", null, false)]
    [InlineData("""{ "annotation": "A", "starts_with": "ab", "ignore_case": true }""", "ABc", true)]
    [InlineData("""{ "annotation": "A", "matches": "^a+$" }""", "aaa", true)]
    [InlineData("""{ "annotation": "A", "matches": "^a+$", "default": "a" }""", null, true)]
    [InlineData("""{ "annotation": "A", "at_least": 3, "at_most": 5 }""", "5", true)]
    [InlineData("""{ "annotation": "A", "at_least": 3 }""", "2", false)]
    [InlineData("""{ "annotation": "A", "at_least": 3 }""", "many", false)]
    [InlineData("""{ "annotation": "A", "text_below": "b" }""", "azz", true)]
    [InlineData("""{ "annotation": "A", "version_at_least": "3.9" }""", "3.10", true)]
    [InlineData("""{ "annotation": "A", "version_at_least": "57" }""", "57.0", true)]
    [InlineData("""{ "annotation": "A", "version_at_least": "57" }""", "57.0b10", false)]
    [InlineData("""{ "annotation": "A", "version_at_least": "57.0b9" }""", "57.0b10", true)]
    [InlineData("""{ "annotation": "A", "version_below": "57" }""", "57.0rc1", true)]
    [InlineData("""{ "annotation": "A", "version_below": "57" }""", "57.0esr", false)]
    [InlineData("""{ "annotation": "A", "version_below": "57" }""", "99999999999", false)]
    [InlineData("""{ "annotation": "A", "version_below": "57" }""", "", false)]
    [InlineData("""{ "annotation": "A", "path": ["b", "c"], "equals": "x" }""", "{\"b\":{\"c\":\"x\"}}", true)]
    [InlineData("""{ "annotation": "A", "path": ["b", "c"], "equals": "x" }""", "{\"b\":\"c\"}", false)]
    [InlineData("""{ "annotation": "A", "path": ["b"], "equals": "x" }""", "{\"b\":\"\\ud800\"}", false)]
    [InlineData("""{ "any": [{ "annotation": "A", "equals": "x" }, { "annotation": "A", "equals": "y" }] }""", "y", true)]
    [InlineData("""{ "not": { "annotation": "A", "equals": "x" } }""", null, true)]
    [InlineData("""{ "annotation": "A", "built_days_ago": 1 }""", "20251231000000", true)]
    [InlineData("""{ "annotation": "A", "built_days_ago": 1 }""", "20260101000000", false)]
    public void Each_condition_means_what_it_says(string condition, string? value, bool holds)
    {
        var (throttle, errors) = ThrottleReader.Read(System.Text.Encoding.UTF8.GetBytes($$"""
            // Comments and a last comma are fine.
            { "rules": [{ "name": "it", "when": {{condition}}, "verdict": "accept" },] }
            """));
        var annotations = value is null ? new Dictionary<string, string>() : new() { ["A"] = value };

        Assert.Empty(errors);
        Assert.Equal(holds ? Verdict.Accept : Verdict.Reject, throttle!.Decide(annotations, Now, new Random(1)).Verdict);
        Assert.NotEmpty(throttle.Rules[0].When!.Explain(new(annotations, Now)));
    }

    [Fact]
    public void A_changed_file_is_used_and_a_broken_one_is_not()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Of("throttle.json");
        var time = new FakeTimeProvider();
        File.WriteAllText(file, Rule("first"));
        var throttle = ThrottleFile.Open(file, time, NullLogger<ThrottleFile>.Instance);

        File.WriteAllText(file, Rule("second_rule"));
        Assert.Equal("first", throttle.Current.Rules[0].Name);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("second_rule", throttle.Current.Rules[0].Name);

        File.WriteAllText(file, "{ broken");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("second_rule", throttle.Current.Rules[0].Name);

        File.Delete(file);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("second_rule", throttle.Current.Rules[0].Name);

        File.WriteAllText(file, Rule("third"));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("third", throttle.Current.Rules[0].Name);
    }

    [Fact]
    public void A_window_counts_each_key_until_it_ends()
    {
        var counter = new WindowCounter(TimeSpan.FromMinutes(1));
        var at = Now.AddSeconds(45);

        Assert.True(counter.TryCount("a", 2, at, out _));
        Assert.True(counter.TryCount("a", 2, at, out _));
        Assert.False(counter.TryCount("a", 2, at, out var wait));
        Assert.Equal(TimeSpan.FromSeconds(15), wait);
        Assert.True(counter.TryCount("b", 2, at, out _));
        Assert.True(counter.TryCount("a", 2, at.AddSeconds(15), out _));
    }

    [Fact]
    public void A_clock_that_is_set_back_neither_lets_more_in_nor_keeps_anybody_out_for_longer()
    {
        var counter = new WindowCounter(TimeSpan.FromMinutes(1));
        Assert.True(counter.TryCount("a", 1, Now.AddDays(1), out _));

        Assert.False(counter.TryCount("a", 1, Now, out var wait));
        Assert.Equal(TimeSpan.FromMinutes(1), wait);
        Assert.True(counter.TryCount("a", 1, Now.AddMinutes(1), out _));
    }

    static string Rule(string name) => $$"""{ "rules": [{ "name": "{{name}}", "verdict": "accept" }] }""";

    static IReadOnlyList<string> Errors(string json) => ThrottleReader.Read(System.Text.Encoding.UTF8.GetBytes(json)).Errors;
}
