using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Fields;
using Socorro.Plugins;
using Socorro.Processing;
using Socorro.Processing.Plugins;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Processing.Plugins;

public sealed class IsolatedRuleTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly FieldSet _fields;

    public IsolatedRuleTests()
    {
        var file = _folder.Of("fields.json");
        File.WriteAllText(
            file,
            """
            [
              { "name": "score", "type": "integer", "public": true, "rule": "Mine", "about": "For a test." },
              { "name": "label", "type": "string", "public": true, "rule": "Mine", "about": "For a test." }
            ]
            """);
        _fields = FieldSet.Load([file]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sees_what_was_sent_and_found_and_writes_its_fields()
    {
        var (document, run) = Process(new TestPluginRule(crash =>
        {
            crash.Set("label", $"{crash.FindAnnotation("Vendor")} {crash.FindText("product")} {crash.FindAnnotation("None")}");
            crash.Set("score", crash.Report.GetProperty("pid").GetInt32() + crash.FindInteger("crashing_thread"));
            crash.Note("looked at it");
        })
        {
            Reads = ["product", "crashing_thread"],
        });

        Assert.Equal("v p ", document.GetProperty("label").GetString());
        Assert.Equal(9, document.GetProperty("score").GetInt64());
        Assert.Contains("Mine: looked at it", Pipelines.NotesOf(document));
        Assert.Equal(["Vendor", "crashing_thread", "product", "report"], run.Used.Order(StringComparer.Ordinal));
        Assert.Equal(["label", "score"], run.Written);
        Assert.True(document.GetProperty("success").GetBoolean());
    }

    [Fact]
    public void One_that_throws_leaves_nothing_but_a_note()
    {
        var (document, run) = Process(new TestPluginRule(crash =>
        {
            crash.Set("label", "half done");
            throw new FormatException("secret");
        }));

        AssertFailed(document, run, "FormatException");
        Assert.DoesNotContain("secret", document.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_is_counted()
    {
        using var meter = new Meter("Socorro.Tests.Isolated");
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == meter && instrument.Name == "socorro.processor.rule.failed")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        var counted = new List<string>();
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => counted.Add($"{tags[0].Value} {count}"));
        listener.Start();
        var rule = new TestPluginRule(_ => throw new FormatException());

        Run(new(rule, PluginOf(rule, TimeSpan.FromSeconds(20)), _fields), new(meter));

        Assert.Equal(["Mine 1"], counted);
    }

    [Fact]
    public void One_that_takes_too_long_is_left_behind_and_told_so()
    {
        using var told = new ManualResetEventSlim();

        var (document, run) = Process(
            new TestPluginRule(crash =>
            {
                crash.Set("label", "too late");
                crash.Cancel.WaitHandle.WaitOne();
                told.Set();
            }),
            TimeSpan.FromMilliseconds(50));

        AssertFailed(document, run, "TimeoutException");
        Assert.True(told.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void One_that_never_ends_is_not_begun_for_ever()
    {
        using var end = new ManualResetEventSlim();
        var begun = 0;
        var rule = new TestPluginRule(_ =>
        {
            Interlocked.Increment(ref begun);
            end.Wait();
        });
        var isolated = new IsolatedRule(rule, PluginOf(rule, TimeSpan.FromMilliseconds(20)), _fields);

        var failures = Enumerable.Range(0, 6).Select(_ => Run(isolated).Run.Failure).ToList();

        Assert.Equal([.. Enumerable.Repeat("TimeoutException", 4), .. Enumerable.Repeat("RuleSuspendedException", 2)], failures);
        Assert.Equal((4, true), (begun, isolated.IsSuspended));
        end.Set();
        Assert.True(SpinWait.SpinUntil(() => isolated.Stuck == 0, TimeSpan.FromSeconds(10)));
        Assert.Null(Run(isolated).Run.Failure);
    }

    public static TheoryData<string, JsonNode?> Unfit => new()
    {
        { "score", "7" },
        { "score", 7.5 },
        { "label", 7 },
        { "label", new JsonArray() },
        { "score", JsonValue.Create(double.NaN) },
        { "label", Nested(100) },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void A_value_that_is_not_what_was_declared_is_not_taken(string field, JsonNode? value)
    {
        var (document, run) = Process(new TestPluginRule(crash =>
        {
            crash.Set("label", "x");
            crash.Set(field, value);
        }));

        Assert.NotNull(run.Failure);
        AssertFailed(document, run, run.Failure);
    }

    [Fact]
    public void Half_a_surrogate_pair_does_not_lose_the_crash()
    {
        var (document, _) = Process(new TestPluginRule(crash => crash.Set("label", "a\ud800b")));

        Assert.Equal("a\ufffdb", document.GetProperty("label").GetString());
    }

    [Fact]
    public void Reads_and_writes_only_what_it_declared()
    {
        AssertFails(crash => crash.Find("product"));
        AssertFails(crash => crash.FindAttachment("log"));
        AssertFails(crash => crash.Set("product", "mine"));

        void AssertFails(Action<PluginCrash> act) =>
            Assert.Equal("InvalidOperationException", Process(new TestPluginRule(act)).Run.Failure);
    }

    [Fact]
    public void Takes_no_field_from_another_rule_and_no_name_from_another()
    {
        var taken = new TestPluginRule(_ => { }) { Writes = ["signature", "product", "nowhere"] };
        var named = new TestPluginRule(_ => { }) { MyName = "Signature", Writes = [] };

        var errors = Assert.Throws<RulesetException>(() => Create(taken, named)).Errors;

        Assert.Equal(
            [
                "rule Mine of plug-in tests writes signature, which is declared to come from Signature",
                "rule Mine of plug-in tests writes product, which is not declared to come from it",
                "rule Mine of plug-in tests writes nowhere, which is not declared",
                "rule Signature of plug-in tests is there twice",
            ],
            errors);
    }

    [Fact]
    public void A_field_of_a_rule_that_is_not_there_is_an_error_with_its_place()
    {
        var errors = Assert.Throws<FieldsException>(() => Create(new TestPluginRule(_ => { }) { MyName = "Yours", Writes = [] })).Errors;

        Assert.Equal(2, errors.Count);
        Assert.StartsWith(
            $"{_folder.Of("fields.json")}, row 1 (score): there is no rule 'Mine', only Accessibility, ", errors[0], StringComparison.Ordinal);
        Assert.Equal(
            [$"{_folder.Of("fields.json")}, row 2 (label): rule Mine does not write it"],
            Assert.Throws<FieldsException>(() => Create(new TestPluginRule(_ => { }) { Writes = ["score"] })).Errors);
    }

    [Fact]
    public void What_one_run_sets_for_its_thread_is_gone_for_the_next()
    {
        var cultures = new List<string>();
        var rule = new TestPluginRule(_ =>
        {
            cultures.Add(CultureInfo.CurrentCulture.Name);
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        });
        var isolated = new IsolatedRule(rule, PluginOf(rule, TimeSpan.FromSeconds(20)), _fields);

        for (var times = 0; times < 3; times++)
            Run(isolated);

        Assert.Equal(3, cultures.Count);
        Assert.Single(cultures.Distinct());
        Assert.NotEqual("de-DE", cultures[0]);
    }

    [Fact]
    public void Sees_the_report_as_a_field_as_well()
    {
        var (document, _) = Process(new TestPluginRule(crash => crash.Set("score", crash.Find("json_dump").GetProperty("pid").GetInt32()))
        {
            Reads = ["json_dump"],
        });

        Assert.Equal(7, document.GetProperty("score").GetInt64());
    }

    [Fact]
    public void Sees_only_the_products_it_is_for_and_what_is_made_of_them()
    {
        var rule = new TestPluginRule(crash => crash.Set("label", "mine")) { Reads = ["addons"] };
        var plugin = PluginOf(rule, TimeSpan.FromSeconds(20)) with { Products = ["Firefox"] };

        var choice = Create(plugin, "Firefox", "Fenix");

        Assert.Equal("mine", LabelOf(Pipelines.Crash(("ProductName", "Firefox "))));
        Assert.Equal("mine", LabelOf(Pipelines.Crash() with
        {
            Walks = [Pipelines.Walked("{}") with { Annotations = new Dictionary<string, string> { ["prod"] = "Firefox" } }],
        }));
        Assert.Null(LabelOf(Pipelines.Crash(("ProductName", "Fenix"))));
        Assert.Null(LabelOf(Pipelines.Crash()));
        Assert.Same(choice.Default, choice.For("Thunderbird"));
        Assert.Equal(
            ["rule Mine of plug-in tests reads addons, which nothing before it writes"],
            Assert.Throws<RulesetException>(() => Create(plugin, "Fenix")).Errors);

        string? LabelOf(CrashInput input) =>
            JsonElement.Parse(choice.For(input).Run(input).Crash.Json.Span).TryGetProperty("label", out var label) ? label.GetString() : null;
    }

    PipelineChoice Create(params PluginRule[] rules) =>
        Create(PluginOf(rules[0], TimeSpan.FromSeconds(1)) with { Rules = rules });

    PipelineChoice Create(Plugin plugin, params string[] mozilla) => PipelineChoice.Create(
        new() { Fields = _fields, Plugins = [plugin], MozillaProducts = mozilla },
        Pipelines.Signatures,
        Pipelines.Metrics,
        TimeProvider.System,
        NullLoggerFactory.Instance);

    (JsonElement Document, RuleRun Run) Process(PluginRule rule, TimeSpan? patience = null) =>
        Run(new(rule, PluginOf(rule, patience ?? TimeSpan.FromSeconds(20)), _fields));

    (JsonElement Document, RuleRun Run) Run(IsolatedRule rule, ProcessingMetrics? metrics = null)
    {
        var input = Pipelines.Crash(("Vendor", "v"), ("ProductName", "p")) with
        {
            Walks = [Pipelines.Walked("""{"pid":7,"crash_info":{"crashing_thread":2}}""")],
        };
        var pipeline = new Pipeline(
            _fields, Pipelines.Default.With([rule]), metrics ?? Pipelines.Metrics, TimeProvider.System, NullLogger<Pipeline>.Instance);
        var result = pipeline.Run(input);
        return (JsonElement.Parse(result.Crash.Json.Span), result.Rules[^1]);
    }

    static Plugin PluginOf(PluginRule rule, TimeSpan patience) =>
        new() { Name = "tests", File = "tests.dll", Rules = [rule], Patience = patience };

    static void AssertFailed(JsonElement document, RuleRun run, string failure)
    {
        Assert.Equal(failure, run.Failure);
        Assert.Empty(run.Written);
        Assert.False(document.TryGetProperty("label", out _));
        Assert.Contains($"ruleset 'default' rule 'Mine' failed: {failure}", Pipelines.NotesOf(document));
        Assert.False(document.GetProperty("success").GetBoolean());
        Assert.StartsWith("EMPTY: ", document.GetProperty("signature").GetString(), StringComparison.Ordinal);
    }

    static JsonArray Nested(int depth) => depth == 0 ? [] : [Nested(depth - 1)];

    sealed class TestPluginRule(Action<PluginCrash> act) : PluginRule
    {
        public override string Name => MyName;

        public string MyName { get; init; } = "Mine";

        public override string About => "For a test.";

        public override IReadOnlyList<string> Inputs => Reads;

        public IReadOnlyList<string> Reads { get; init; } = [];

        public override IReadOnlyList<string> Outputs => Writes;

        public IReadOnlyList<string> Writes { get; init; } = ["score", "label"];

        public override void Act(PluginCrash crash) => act(crash);
    }
}
