using Microsoft.Extensions.Logging;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Storage;

namespace Socorro.Processing;

/// <summary>
/// Counts the annotations of processed crashes that no field declares, and tells the catalog of them every few seconds. What
/// was counted and not told is lost when the process dies: these are hints for whoever declares fields, no ledger.
/// </summary>
public sealed partial class UndeclaredCounter(
    FieldSet fields, Catalog catalog, TimeProvider time, ILogger<UndeclaredCounter> log)
{
    const int MaxHeld = 5_000;
    const int MaxText = 100;
    const string Product = "ProductName";

    static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    readonly Lock _lock = new();
    readonly Dictionary<(string Name, string Product), AnnotationSighting> _seen = [];

    /// <summary>Counts a crash, which should be processed for the first time.</summary>
    public void Count(RawCrash crash)
    {
        var product = Cut(crash.Annotations.GetValueOrDefault(Product) ?? "");
        foreach (var annotation in crash.Annotations.Keys)
        {
            if (!fields.DeclaresAnnotation(annotation))
                Count(Cut(annotation), product, crash.SubmittedAt);
        }
    }

    /// <summary>Tells the catalog until it is cancelled, and a last time then.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(TellEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
                await TellAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await TellAsync(CancellationToken.None);
        }
    }

    internal async Task TellAsync(CancellationToken cancel)
    {
        IReadOnlyList<AnnotationSighting> seen;
        lock (_lock)
        {
            seen = [.. _seen.Values];
            _seen.Clear();
        }

        try
        {
            await catalog.Undeclared.AddAsync(seen, cancel);
        }
        catch (StorageRefusedException e)
        {
            LogLost(seen.Count, e);
        }
    }

    void Count(string name, string product, DateTimeOffset at)
    {
        lock (_lock)
        {
            if (_seen.TryGetValue((name, product), out var before))
                _seen[(name, product)] = before with { Crashes = before.Crashes + 1, LastSeen = at > before.LastSeen ? at : before.LastSeen };
            else if (_seen.Count < MaxHeld)
                _seen.Add((name, product), new(name, product, 1, at));
        }
    }

    static string Cut(string text) => text.Length <= MaxText ? text : text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)];

    [LoggerMessage(LogLevel.Warning, "The catalog did not take {Count} names of undeclared annotations; they are forgotten")]
    partial void LogLost(int count, Exception e);
}
