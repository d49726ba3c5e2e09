using System.Collections.Concurrent;
using System.Security.Cryptography;
using Socorro.Signatures;
using Socorro.Signatures.Lists;

namespace Socorro.Regrouping;

/// <summary>The previews of the last while. A few run at a time; old ones are forgotten.</summary>
public sealed class ListPreviews(StoredStacks stacks, SignatureGenerators inUse, ListEditor editor, TimeProvider time)
{
    const int MaxRunning = 2;
    const int MaxKept = 20;

    readonly ConcurrentDictionary<string, ListPreview> _previews = [];

    public ListPreview? Find(string key) => _previews.GetValueOrDefault(key);

    /// <summary>Begins to look at crashes in the background. Null when too many previews run already.</summary>
    /// <param name="list">The list.</param>
    /// <param name="text">All of it, changed.</param>
    /// <param name="mark">The <see cref="ListEditor.MarkOf"/> the text that the change was made from.</param>
    /// <param name="days">How far to look back.</param>
    /// <param name="cancel">Ends it.</param>
    public ListPreview? TryStart(ListName list, string text, string mark, int days, CancellationToken cancel)
    {
        if (_previews.Values.Count(preview => preview.IsRunning) >= MaxRunning)
            return null;

        var kept = _previews.Values.Where(preview => !preview.IsRunning).OrderByDescending(preview => preview.StartedAt);
        foreach (var old in kept.Skip(MaxKept - MaxRunning))
            _previews.TryRemove(old.Key, out _);

        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var preview = new ListPreview(key, list, text, mark, days, time.GetUtcNow());
        _previews[key] = preview;
        _ = Task.Run(() => preview.RunAsync(stacks, inUse, editor, cancel), cancel);
        return preview;
    }
}
