using Socorro.Access;
using Socorro.Fields;
using Socorro.Storage;

namespace Socorro.Reading;

/// <summary>
/// The only way from pages and API to what is stored of crashes: they get a view for each reader, and never the store
/// itself.
/// </summary>
public sealed class CrashViews(CrashStore store, CrashQueue queue, FieldSet fields)
{
    readonly Redaction _redaction = new(fields);

    public CrashView For(Reader reader) => new(store, queue, fields, _redaction, reader);

    /// <summary>Proves that the store can write durably now; the reason when it can't.</summary>
    public Task<string?> FindTroubleAsync(CancellationToken cancel) => store.FindTroubleAsync(cancel);
}
