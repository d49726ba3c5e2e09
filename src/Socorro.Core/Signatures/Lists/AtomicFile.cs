namespace Socorro.Signatures.Lists;

/// <summary>Replaces files so that whoever reads them, and whatever power fails, finds the old content or the new one.</summary>
static class AtomicFile
{
    /// <exception cref="IOException">Nothing was changed.</exception>
    public static void Write(string file, ReadOnlySpan<byte> content)
    {
        var temporary = $"{file}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(handle, content, 0);
                RandomAccess.FlushToDisk(handle);
            }

            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
