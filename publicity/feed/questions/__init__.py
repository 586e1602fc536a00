"""疑问数据: what the platforms refuse, as a work list with row, column and reason, whether they answered so or handed out a file."""
