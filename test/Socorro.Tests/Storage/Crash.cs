using System.Collections.Frozen;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>A submission for storage tests: a raw crash with one compressed dump.</summary>
sealed class Crash : IDisposable
{
    public const string MainDump = "upload_file_minidump";

    public static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    readonly DumpCompressor _compressor = new();

    public Crash(byte[] dump, DateTimeOffset? at = null, CrashId? id = null)
    {
        _compressor.Append(dump);
        Dumps = [_compressor.Finish()];
        Bytes = dump;
        Raw = new()
        {
            Id = id ?? CrashId.Create(at ?? Noon),
            SubmittedAt = at ?? Noon,
            Annotations = new Dictionary<string, string>
            {
                ["ProductName"] = "Fenix",
                ["Version"] = "1.0",
                ["Comments"] = "\u00e4\u4e2d\U0001F600 \"quoted\"\n\0",
            }.ToFrozenDictionary(),
            Dumps = [_compressor.Describe(MainDump, "a b.dmp")],
            Metadata = new()
            {
                Payload = "multipart",
                IsCompressed = true,
                PayloadSize = 12345,
                Notes = ["Removed Email from raw crash."],
                UserAgent = "test/1",
            },
        };
    }

    public static Crash Small(DateTimeOffset? at = null) => new("MDMP small"u8.ToArray(), at);

    public CrashId Id => Raw.Id;

    public RawCrash Raw { get; }

    public IReadOnlyList<DumpContent> Dumps { get; }

    public byte[] Bytes { get; }

    public void Dispose() => _compressor.Dispose();
}
