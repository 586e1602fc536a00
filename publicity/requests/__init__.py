"""Requests for disclosure of government information (依申请公开), from the form to the answer and the yearly figures."""
