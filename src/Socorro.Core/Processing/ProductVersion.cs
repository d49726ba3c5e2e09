using System.Reflection;

namespace Socorro.Processing;

static class ProductVersion
{
    /// <summary>The version of this build, such as 0.1.0.</summary>
    public static string Current { get; } = (Assembly.GetExecutingAssembly()
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];
}
