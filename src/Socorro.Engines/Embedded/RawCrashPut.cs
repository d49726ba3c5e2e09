using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>One raw crash on its way into its day's file, prepared as far as can be before its turn.</summary>
sealed class RawCrashPut
{
    const int MaxChunk = 1 << 20;

    readonly RawCrash _crash;
    readonly IReadOnlyList<DumpContent> _dumps;
    readonly byte[] _raw;
    readonly byte[] _compressed;

    public RawCrashPut(RawCrash crash, IReadOnlyList<DumpContent> dumps)
    {
        _crash = crash;
        _dumps = dumps;
        _raw = RawCrashDocument.Write(crash);
        _compressed = Zstd.Compress(_raw);
    }

    /// <summary>True when the crash is stored, now or before; false and nothing changed when another has its id.</summary>
    public bool Apply(SqliteWriter writer)
    {
        if (FindStored(writer) is { } stored)
            return stored.AsSpan().SequenceEqual(_raw);

        var key = writer.Insert(
            "insert into crash (id, submitted_at, raw_length, raw) values ($1, $2, $3, $4) returning key",
            _crash.Id.ToString(), SqliteCrashStore.Timestamp(_crash.SubmittedAt), _raw.Length, _compressed);
        for (var i = 0; i < _dumps.Count; i++)
            Insert(writer, key, _crash.Dumps[i].Name, _dumps[i]);

        writer.Execute("insert into unqueued (crash) values ($1)", key);
        return true;
    }

    byte[]? FindStored(SqliteWriter writer) => writer.Find(
        "select raw_length, raw from crash where id = $1",
        row => Zstd.Decompress([row.GetFieldValue<byte[]>(1)], row.GetInt64(0)),
        _crash.Id.ToString());

    static void Insert(SqliteWriter writer, long crash, string name, DumpContent content)
    {
        var first = 0L;
        var count = 0;
        foreach (var chunk in content.Compressed.SelectMany(Chunks))
        {
            var key = writer.Insert("insert into chunk (bytes) values ($1) returning key", chunk);
            if (count++ == 0)
                first = key;
        }

        writer.Execute(
            "insert into dump (crash, name, length, first_chunk, chunks) values ($1, $2, $3, $4, $5)",
            crash, name, content.Length, first, count);
    }

    static IEnumerable<ReadOnlyMemory<byte>> Chunks(ReadOnlyMemory<byte> piece)
    {
        for (; piece.Length > MaxChunk; piece = piece[MaxChunk..])
            yield return piece[..MaxChunk];

        if (!piece.IsEmpty)
            yield return piece;
    }
}
