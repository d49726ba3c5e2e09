using System.ComponentModel;
using System.Diagnostics;

namespace Socorro.Tests.Storage;

/// <summary>A small file system in memory. Only root may mount one: elsewhere the test is skipped.</summary>
sealed class SmallDisk : IDisposable
{
    SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static SmallDisk Mount(string path, string size)
    {
        Directory.CreateDirectory(path);
        var error = Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", path);
        Assert.SkipUnless(error is null, $"no small disk can be mounted here: {error}");
        return new(path);
    }

    public void Remount(string mode) => Assert.Null(Run("mount", "-o", $"remount,{mode}", Path));

    /// <summary>Leaves no byte free, and returns the file that takes them.</summary>
    public string FillUp()
    {
        var path = System.IO.Path.Combine(Path, "ballast");
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        var block = new byte[4096];
        try
        {
            for (var at = 0L; ; at += block.Length)
                RandomAccess.Write(file, block, at);
        }
        catch (IOException)
        {
            return path;
        }
    }

    public void Dispose() => Run("umount", "-l", Path);

    static string? Run(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error;
        }
        catch (Win32Exception e)
        {
            return e.Message;
        }
    }
}
