namespace Socorro.Load;

/// <summary>
/// Bytes that compress about as well as minidumps do: stack memory, a third of which is noise, a third small numbers and
/// repeated pointers, a third zeros.
/// </summary>
sealed class DumpPool
{
    const int Length = 16 << 20;
    const int Chunk = 256;

    readonly byte[] _bytes = new byte[Length];

    public static DumpPool Create()
    {
        var pool = new DumpPool();
        var random = new Random(1);
        for (var at = 0; at < Length; at += Chunk)
            Fill(pool._bytes.AsSpan(at, Chunk), random);

        return pool;
    }

    public ReadOnlyMemory<byte> Slice(Random random, int length) => _bytes.AsMemory(random.Next(Length - length), length);

    static void Fill(Span<byte> chunk, Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                random.NextBytes(chunk);
                break;
            case 1:
                for (var i = 0; i < chunk.Length; i += 8)
                    BitConverter.TryWriteBytes(chunk[i..], 0x7ffd_0000_0000 + (random.Next(64) * 16L));
                break;
            default:
                chunk.Clear();
                break;
        }
    }
}
