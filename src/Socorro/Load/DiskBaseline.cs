using System.Diagnostics;

namespace Socorro.Load;

/// <summary>What a disk does with bare appends that are each made durable, to hold a store against.</summary>
public static class DiskBaseline
{
    /// <summary>Appends so many bytes at a time to a new file, and returns durable appends a second.</summary>
    public static double Measure(string folder, int bytes, TimeSpan duration)
    {
        var file = Path.Combine(folder, $"baseline-{Guid.NewGuid():N}");
        var random = new Random(1);
        var pool = DumpPool.Create();
        try
        {
            using var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write);
            var clock = Stopwatch.StartNew();
            var count = 0;
            for (var offset = 0L; clock.Elapsed < duration; offset += bytes, count++)
            {
                RandomAccess.Write(handle, pool.Slice(random, bytes).Span, offset);
                RandomAccess.FlushToDisk(handle);
            }

            return count / clock.Elapsed.TotalSeconds;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
