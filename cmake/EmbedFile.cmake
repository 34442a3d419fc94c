# embed_file(TARGET FILE SYMBOL): puts a file, gzipped, between the symbols SYMBOL_begin and SYMBOL_end of
# the target's read-only data.
find_program(GZIP gzip REQUIRED)
enable_language(ASM)

function(embed_file target file symbol)
    set(packed ${CMAKE_CURRENT_BINARY_DIR}/generated/${symbol}.gz)
    set(assembly ${CMAKE_CURRENT_BINARY_DIR}/generated/${symbol}.S)
    add_custom_command(OUTPUT ${packed}
        COMMAND ${GZIP} -9nc ${file} > ${packed} DEPENDS ${file} VERBATIM)
    file(CONFIGURE OUTPUT ${assembly} CONTENT [[
.section .rodata
.balign 16
.global @symbol@_begin
.hidden @symbol@_begin
@symbol@_begin:
.incbin "@packed@"
.global @symbol@_end
.hidden @symbol@_end
@symbol@_end:
.byte 0
.section .note.GNU-stack, "", %progbits
]] @ONLY)
    set_source_files_properties(${assembly} PROPERTIES OBJECT_DEPENDS ${packed})
    # A target of its own: options meant for C++ do not suit the assembler.
    add_library(${target}_${symbol} OBJECT ${assembly})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_${symbol}>)
endfunction()
