using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Fields;
using Socorro.Plugins;

namespace Socorro.Processing.Plugins;

/// <summary>
/// Runs a plug-in's rule at arm's length: on a thread of its own, on a copy of what it may read, within its time. What it wrote is
/// taken over when it has ended in time and fits what was declared; else nothing of it is.
/// </summary>
public sealed class IsolatedRule(PluginRule rule, Plugin plugin, FieldSet fields) : Rule
{
    /// <summary>A thread can't be ended from outside. After so many that do not end, the rule is not run until one does.</summary>
    const int MaxStuck = 4;

    static readonly JsonDocumentOptions Nesting = new() { MaxDepth = LooseJson.MaxFieldDepth };

    // The rule's own answers may change from call to call; ours must not.
    readonly string[] _inputs = [.. rule.Inputs];
    readonly string[] _outputs = [.. rule.Outputs];
    readonly string[] _attachments = [.. rule.Attachments];
    int _stuck;

    public override string Name { get; } = rule.Name;

    public override string About { get; } = rule.About;

    public override IReadOnlyList<string> Inputs => _inputs;

    public override IReadOnlyList<string> Outputs => _outputs;

    public override IReadOnlyList<string> Attachments => _attachments;

    /// <summary>The plug-in that brought it.</summary>
    public Plugin Plugin => plugin;

    /// <summary>Runs that took too long and have not ended yet.</summary>
    public int Stuck => Volatile.Read(ref _stuck);

    /// <summary>Whether it is passed over for now.</summary>
    public bool IsSuspended => Stuck >= MaxStuck;

    public override void Act(Draft crash)
    {
        if (IsSuspended)
            throw new RuleSuspendedException($"{Stuck} runs of rule {Name} have not ended");

        // Not disposed: a rule that goes on past its time may still look at it.
        var cancel = new CancellationTokenSource();
        var view = View(crash, cancel.Token);
        var run = SpareThread.Run(() => rule.Act(view));
        if (Task.WaitAny([run], plugin.Patience) < 0)
        {
            Abandon(run, cancel);
            throw new TimeoutException($"Rule {Name} took longer than {plugin.Patience.TotalSeconds} s");
        }

        crash.Used.Clear();
        crash.Used.UnionWith(view.Used);
        run.GetAwaiter().GetResult();
        TakeOver(view, crash);
    }

    PluginCrash View(Draft crash, CancellationToken cancel) => new(rule)
    {
        Id = crash.Raw.Id.ToString(),
        SubmittedAt = crash.Raw.SubmittedAt,
        Annotations = crash.Annotations,
        Report = crash.Report,
        Fields = crash.FindElements(_inputs),
        Attachments = _attachments.Select(name => KeyValuePair.Create(name, crash.FindAttachment(name)))
            .Where(part => part.Value is not null)
            .ToDictionary(part => part.Key, part => part.Value!.Value),
        Cancel = cancel,
    };

    void Abandon(Task run, CancellationTokenSource cancel)
    {
        Interlocked.Increment(ref _stuck);
        // Beside us: whoever registered for it is the plug-in's code as well.
        _ = cancel.CancelAsync();
        _ = run.ContinueWith(
            _ => Interlocked.Decrement(ref _stuck),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    void TakeOver(PluginCrash view, Draft crash)
    {
        var written = view.Written.Select(field => KeyValuePair.Create(field.Key, Copy(field.Key, field.Value))).ToList();
        foreach (var (field, value) in written)
            crash.Set(field, value);
        foreach (var note in view.Notes)
            crash.Note($"{Name}: {note}");
    }

    /// <summary>A value that can be written, is of the field's type, and that nobody else holds.</summary>
    JsonNode? Copy(string field, JsonNode? value)
    {
        if (value is null)
            return null;

        var copy = JsonNode.Parse(JsonSerializer.SerializeToUtf8Bytes(value), null, Nesting);
        return FieldValue.IsOf(fields.Find(field)!.Type, copy) // Rulesets are checked to write declared fields only.
            ? copy
            : throw new InvalidOperationException($"Rule {Name} gives {field} a value that is not of its declared type");
    }
}

/// <summary>A rule was not run, because earlier runs of it have not ended.</summary>
public sealed class RuleSuspendedException(string message) : Exception(message);
