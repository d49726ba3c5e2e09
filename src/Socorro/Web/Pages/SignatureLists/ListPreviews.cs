using System.Collections.Concurrent;
using System.Security.Cryptography;
using Socorro.Fields;
using Socorro.Signatures;
using Socorro.Signatures.Lists;
using Socorro.Storage;

namespace Socorro.Web.Pages.SignatureLists;

/// <summary>The previews of the last while. A few run at a time; old ones are forgotten.</summary>
public sealed class ListPreviews(
    CrashStore store,
    FieldSet fields,
    SignatureGenerators inUse,
    ListEditor editor,
    TimeProvider time,
    IHostApplicationLifetime lifetime)
{
    const int MaxRunning = 2;
    const int MaxKept = 20;

    readonly ConcurrentDictionary<string, ListPreview> _previews = [];

    public ListPreview? Find(string key) => _previews.GetValueOrDefault(key);

    /// <summary>Null when too many run already.</summary>
    public ListPreview? TryStart(ListName list, string text, string mark, int days)
    {
        if (_previews.Values.Count(preview => preview.IsRunning) >= MaxRunning)
            return null;

        var kept = _previews.Values.Where(preview => !preview.IsRunning).OrderByDescending(preview => preview.StartedAt);
        foreach (var old in kept.Skip(MaxKept - MaxRunning))
            _previews.TryRemove(old.Key, out _);

        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var preview = new ListPreview(key, list, text, mark, days, time.GetUtcNow());
        _previews[key] = preview;
        _ = Task.Run(() => preview.RunAsync(store, fields, inUse, editor, lifetime.ApplicationStopping));
        return preview;
    }
}
