using System.Text.Json;
using Socorro.Access;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Storage;

namespace Socorro.Reading;

/// <summary>What one reader may see of all crashes: what is kept from him never leaves here.</summary>
public sealed class CrashView
{
    readonly CrashStore _store;
    readonly CrashQueue _queue;
    readonly FieldSet _fields;
    readonly Redaction _redaction;

    internal CrashView(CrashStore store, CrashQueue queue, FieldSet fields, Redaction redaction, Reader reader)
    {
        _store = store;
        _queue = queue;
        _fields = fields;
        _redaction = redaction;
        Reader = reader;
    }

    public Reader Reader { get; }

    bool SeesProtected => Reader.May(Permission.ViewProtected);

    bool SeesDumps => Reader.May(Permission.ViewRawDumps);

    /// <summary>Which documents of a crash are in the store, which everyone may know.</summary>
    public async Task<(bool HasRaw, bool HasProcessed)> LocateAsync(CrashId id, CancellationToken cancel) =>
        (await _store.FindRawAsync(id, cancel) is not null, await _store.FindProcessedAsync(id, cancel) is not null);

    public async Task<VisibleCrash?> FindRawAsync(CrashId id, CancellationToken cancel) =>
        await _store.FindRawAsync(id, cancel) is { } crash ? Show(crash) : null;

    /// <summary>The processed crash as UTF-8 JSON: as it is stored, or its public part.</summary>
    public async Task<ReadOnlyMemory<byte>?> FindProcessedAsync(CrashId id, CancellationToken cancel)
    {
        if (await _store.FindProcessedAsync(id, cancel) is not { } crash)
            return null;

        return SeesProtected ? crash.Json : Redact(crash.Json);
    }

    /// <summary>The uncompressed bytes of one dump; null when the crash or the dump is not there.</summary>
    /// <exception cref="PermissionMissingException">This reader may not have it, whether or not it is there.</exception>
    public Task<ReadOnlyMemory<byte>?> FindDumpAsync(CrashId id, string name, CancellationToken cancel) =>
        SeesDumps
            ? _store.FindDumpAsync(id, name, cancel)
            : throw new PermissionMissingException(Permission.ViewRawDumps);

    /// <summary>Crashes that no retry could process.</summary>
    public async Task<IReadOnlyList<FailedCrash>> ListFailedAsync(int most, CancellationToken cancel) =>
    [
        .. (await _queue.ListParkedAsync(most, cancel)).Select(crash => new FailedCrash(
            crash.Id, crash.Attempts, SeesProtected ? crash.Error : null, crash.ParkedAt)),
    ];

    VisibleCrash Show(RawCrash crash) => new()
    {
        Id = crash.Id,
        SubmittedAt = crash.SubmittedAt,
        Annotations = SeesProtected
            ? crash.Annotations
            : crash.Annotations.Where(one => _fields.IsPublicAnnotation(one.Key)).ToDictionary(),
        AnnotationCount = crash.Annotations.Count,
        Dumps = SeesProtected || SeesDumps ? crash.Dumps : [],
        DumpCount = crash.Dumps.Count,
        Metadata = SeesProtected ? crash.Metadata : null,
    };

    byte[] Redact(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        using var redacted = new MemoryStream();
        using (var writer = new Utf8JsonWriter(redacted))
            _redaction.WritePublic(document.RootElement, writer);
        return redacted.ToArray();
    }
}
