namespace Socorro.Minidumps.Output;

/// <summary>Shortens the names of functions for a screen: standard strings are most of many.</summary>
static class ShortNames
{
    static readonly string[] Strings =
    [
        "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >",
        "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char>>",
        "std::__1::basic_string<char, std::__1::char_traits<char>, std::__1::allocator<char> >",
        "std::__1::basic_string<char, std::__1::char_traits<char>, std::__1::allocator<char>>",
        "std::basic_string<char, std::char_traits<char>, std::allocator<char> >",
        "std::basic_string<char, std::char_traits<char>, std::allocator<char>>",
        "std::basic_string<char,std::char_traits<char>,std::allocator<char> >",
        "std::basic_string<char,std::char_traits<char>,std::allocator<char>>",
    ];

    public static string Of(string function)
    {
        if (!function.Contains("basic_string<char", StringComparison.Ordinal))
            return function;

        foreach (var name in Strings)
            function = function.Replace(name, "std::string", StringComparison.Ordinal);
        return function;
    }
}
