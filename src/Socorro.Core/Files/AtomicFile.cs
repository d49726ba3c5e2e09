namespace Socorro.Files;

/// <summary>Replaces files so that whoever reads them, and whatever power fails, finds the old content or the new one.</summary>
public static class AtomicFile
{
    /// <summary>The new content is durable when this returns, and the file's name as well.</summary>
    /// <exception cref="IOException">Nothing was changed, or the folder could not be synced after.</exception>
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
            DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(file))!);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
