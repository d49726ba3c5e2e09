using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Processing.Rules;
using Socorro.Storage;

namespace Socorro.Processing;

/// <summary>
/// Makes the processed crash from what was sent and the stack walks. A rule that fails is noted on the crash and counted, and the
/// next one runs: the crash is never lost.
/// </summary>
public sealed partial class Pipeline(
    FieldSet fields, Ruleset ruleset, ProcessingMetrics metrics, TimeProvider time, ILogger<Pipeline> log)
{
    /// <summary>What fields that no rule writes, but the pipeline itself, name as their source.</summary>
    public const string Name = "Processing";

    const int MaxHistory = 100;
    const string NotProcessed = "EMPTY: crash failed to process";

    readonly Ruleset _ruleset = ruleset.Check(fields);

    public Ruleset Ruleset => _ruleset;

    public ProcessingResult Run(CrashInput input)
    {
        var crash = Begin(input);
        crash.Set("success", false);
        crash.Set("signature", NotProcessed);

        FieldCopy.Copy(fields, crash);
        var runs = _ruleset.Rules.Select(rule => Run(rule, crash)).ToList();

        crash.BeginRule(null);
        Finish(crash, input);
        crash.Set("success", input.MainWalk is null or { Status: DumpWalk.Ok } && runs.TrueForAll(run => run.Failure is null));
        metrics.Processed(_ruleset.Name);
        return new(
            new(crash.Raw.Id, crash.ToUtf8()), Summary.Of(crash.Raw.Id, crash.Raw.SubmittedAt, crash.FindText), runs);
    }

    /// <summary>
    /// Makes the signature alone again, from the processed crash as it is stored. All that is not about the signature stays.
    /// </summary>
    /// <returns>Null when there is nothing to change.</returns>
    /// <exception cref="InvalidDataException">The rule failed, or what is stored is no processed crash.</exception>
    public ProcessingResult? RegenerateSignature(ProcessedCrash stored, string? why)
    {
        var rule = _ruleset.Rules.First(rule => rule.Name == SignatureRule.RuleName);
        var document = new StoredCrash(stored);
        var input = document.ToInput(why);
        var crash = Begin(input);
        foreach (var (name, value) in document.Read(rule.Inputs))
            crash.Set(name, value);

        var run = Run(rule, crash);
        if (run.Failure is { } failure)
            throw new InvalidDataException($"Rule {rule.Name} failed: {failure}");

        crash.BeginRule(null);
        if (rule.Outputs.All(name => document.Has(name, crash.Find(name))))
            return null;

        Finish(crash, input);
        metrics.Processed("regenerate_signature");
        return new(document.With(crash, instead: rule.Outputs), document.Summarize(crash), [run]);
    }

    Draft Begin(CrashInput input)
    {
        var crash = new Draft(fields, input);
        var started = Text(input.StartedAt ?? time.GetUtcNow());
        crash.Set("started_datetime", started);
        crash.Set("processor_version", ProductVersion.Current);
        var why = input.Why is { } reason ? $"; {reason}" : "";
        crash.Note($">>> Start processing: {started} (socorro {ProductVersion.Current}{why})");
        return crash;
    }

    RuleRun Run(Rule rule, Draft crash)
    {
        var start = Stopwatch.GetTimestamp();
        var applied = false;
        string? failure = null;
        crash.BeginRule(rule);
        try
        {
            applied = rule.Applies(crash);
            if (applied)
                rule.Act(crash);
        }
        catch (Exception e)
        {
            // The class alone: everyone may read notes, and a message may quote what is protected.
            failure = e.GetType().Name;
            crash.Note($"ruleset '{_ruleset.Name}' rule '{rule.Name}' failed: {failure}");
            metrics.RuleFailed(rule.Name);
            LogRuleFailed(rule.Name, crash.Raw.Id, e);
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        metrics.RuleRan(rule.Name, elapsed);
        return new(rule.Name, applied, [.. crash.Used], [.. crash.Written], failure, elapsed);
    }

    void Finish(Draft crash, CrashInput input)
    {
        var previous = input.Previous;
        if (previous.ValueKind == JsonValueKind.Object)
        {
            var notes = previous.Member("processor_notes").Text() ?? "";
            crash.Set("processor_history", Prepend(notes, previous.Member("processor_history")));
            if (previous.Member("signature").Text() is { } signature && signature != crash.FindText("signature"))
            {
                var entry = new JsonObject
                {
                    ["signature"] = signature,
                    ["completed_datetime"] = previous.Member("completed_datetime").Text(),
                    ["processor_version"] = previous.Member("processor_version").Text(),
                    ["signature_lists"] = previous.Member("signature_lists").Text(),
                    ["replaced_by"] = input.Why,
                };
                crash.Set("signature_history", Prepend(entry, previous.Member("signature_history")));
            }
            else if (previous.Member("signature_history") is { ValueKind: JsonValueKind.Array } history)
            {
                crash.Set("signature_history", JsonArray.Create(history));
            }
        }

        crash.Set("processor_notes", string.Join('\n', crash.Notes));
        crash.Set("completed_datetime", Text(time.GetUtcNow()));
    }

    static JsonArray Prepend(JsonNode first, JsonElement rest) =>
        new([first, .. rest.Items().Take(MaxHistory - 1).Select(entry => JsonSerializer.SerializeToNode(entry))]);

    static string Text(DateTimeOffset moment) =>
        moment.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Warning, "Rule {Rule} failed for crash {Id}")]
    partial void LogRuleFailed(string rule, CrashId id, Exception e);
}

/// <summary>What became of a crash.</summary>
/// <param name="Crash">The document to keep.</param>
/// <param name="Summary">What lists show of it.</param>
/// <param name="Rules">Each rule in its order.</param>
public sealed record ProcessingResult(ProcessedCrash Crash, CrashSummary Summary, IReadOnlyList<RuleRun> Rules);

/// <summary>One rule at one crash.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Applied">Whether there was anything for it to do.</param>
/// <param name="Used">The fields, annotations, attachments and reports that it looked at and that were there.</param>
/// <param name="Written">The fields that it wrote.</param>
/// <param name="Failure">The class of the exception that ended it; null when none did.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record RuleRun(
    string Rule,
    bool Applied,
    IReadOnlyList<string> Used,
    IReadOnlyList<string> Written,
    string? Failure,
    TimeSpan Elapsed);
