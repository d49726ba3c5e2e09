using System.Diagnostics;
using System.Globalization;
using Socorro.Signatures;
using Socorro.Signatures.Lists;

namespace Socorro.Regrouping;

/// <summary>Crashes whose signature a changed list changes alike.</summary>
/// <param name="Old">By the lists in use.</param>
/// <param name="New">By the changed ones.</param>
/// <param name="Count">How many crashes.</param>
/// <param name="Examples">The first few of them.</param>
public sealed record SignatureMove(string Old, string New, int Count, IReadOnlyList<string> Examples);

/// <summary>
/// What a changed list would do to the crashes of the last days, found out in the background from their stored stacks. It ends
/// after so many crashes or so long a time, and says so.
/// </summary>
public sealed class ListPreview(string key, ListName list, string text, string mark, int days, DateTimeOffset startedAt)
{
    public const int MaxCrashes = 20_000;

    const int MaxMoves = 1_000;
    const int MaxExamples = 3;

    /// <summary>More old signatures than this are not named one by one when they are made again.</summary>
    const int MaxSignatures = 50;

    static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    readonly Dictionary<(string Old, string New), (int Count, List<string> Examples)> _moves = [];
    readonly HashSet<string> _stored = [];

    public string Key => key;

    public ListName List => list;

    public string Text => text;

    /// <summary>Of the text that the change was made from, see <see cref="ListEditor.MarkOf"/>.</summary>
    public string Mark => mark;

    public int Days => days;

    public DateTimeOffset StartedAt => startedAt;

    /// <summary>Processed crashes whose signatures were compared.</summary>
    public int Looked { get; private set; }

    /// <summary>Those of them that would get another signature.</summary>
    public int Changed { get; private set; }

    public bool IsRunning { get; private set; } = true;

    /// <summary>Why it ended before all crashes were looked at; null when it did not.</summary>
    public string? Stopped { get; private set; }

    /// <summary>Whether the text was saved since.</summary>
    public bool IsSaved { get; set; }

    /// <summary>The order that makes the signatures again; null while there is none.</summary>
    public long? Order { get; set; }

    /// <summary>The changes, those of most crashes first.</summary>
    public IReadOnlyList<SignatureMove> Moves
    {
        get
        {
            lock (_lock)
            {
                return [.. _moves
                    .Select(move => new SignatureMove(move.Key.Old, move.Key.New, move.Value.Count, [.. move.Value.Examples]))
                    .OrderByDescending(move => move.Count).ThenBy(move => move.Old, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The crashes whose signatures are to be made again, as parameters of a search.</summary>
    public string Query
    {
        get
        {
            lock (_lock)
            {
                var signatures = _stored.Count <= MaxSignatures ? _stored : [];
                return string.Join('&', [.. Window(), .. signatures.Order(StringComparer.Ordinal).Select(one => Is("signature", one))]);
            }
        }
    }

    /// <summary>Looks at the crashes; whatever goes wrong ends the preview and is told in it.</summary>
    internal async Task RunAsync(StoredStacks stacks, SignatureGenerators inUse, ListEditor editor, CancellationToken cancel)
    {
        try
        {
            var changed = editor.ProductsOf(list).ToDictionary(
                product => product ?? "", product => new SignatureGenerator(editor.ListsWith(list, text, product)));
            if (!stacks.TryRead(string.Join('&', Window()), out var query, out var errors))
                throw new InvalidOperationException(string.Join("; ", errors));

            var watch = Stopwatch.StartNew();
            await foreach (var stack in stacks.FindAsync(query, cancel))
            {
                if (stack.Damage is null)
                    Compare(stack.Crash, inUse, changed);

                Stopped = Looked >= MaxCrashes
                    ? string.Create(CultureInfo.InvariantCulture, $"after the newest {MaxCrashes:N0} crashes")
                    : watch.Elapsed > MaxTime ? "after a minute" : null;
                if (Stopped is not null)
                    break;
            }
        }
        catch (Exception e)
        {
            Stopped = $"because it failed: {e.Message}";
        }

        IsRunning = false;
    }

    void Compare(NamedCrash crash, SignatureGenerators inUse, Dictionary<string, SignatureGenerator> changed)
    {
        var product = crash.Product is { } own && changed.ContainsKey(own) ? own : list.Product ?? "";
        var before = inUse.For(crash.Product).Generate(crash.Data).Text;
        var after = changed[product].Generate(crash.Data).Text;
        lock (_lock)
        {
            Looked++;
            if (before == after)
                return;

            Changed++;
            if (crash.Signature is { } stored && _stored.Count <= MaxSignatures)
                _stored.Add(stored);

            var move = _moves.GetValueOrDefault((before, after), (0, []));
            if (move.Item1 == 0 && _moves.Count == MaxMoves)
                return;

            if (move.Item1 < MaxExamples)
                move.Item2.Add(crash.Id!);
            _moves[(before, after)] = (move.Item1 + 1, move.Item2);
        }
    }

    IEnumerable<string> Window()
    {
        yield return $"date={Uri.EscapeDataString($">={startedAt.AddDays(-days).UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}")}";
        if (list.Product is { } product)
            yield return Is("product", product);
    }

    static string Is(string name, string value) => $"{name}={Uri.EscapeDataString($"={value}")}";
}
